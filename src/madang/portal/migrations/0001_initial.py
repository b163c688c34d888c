

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.text
import madang.accounting.pricing
import madang.portal.agreements.rules
import madang.portal.applications.rules
import madang.portal.approvals.rules
import madang.portal.awards.rules
import madang.portal.billing.rules
import madang.portal.calls.rules
import madang.portal.cluster.rules
import madang.portal.environments.rules
import madang.portal.forecasts.rules
import madang.portal.jobs.rules
import madang.portal.outbox.rules
import madang.portal.people.rules
import madang.portal.plans.rules
import madang.portal.resources.rules
import madang.portal.reviews.rules
import madang.portal.studies.rules
import madang.review.scores
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Bank',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=30, unique=True)),
                ('name', models.CharField(max_length=80)),
                ('columns', models.JSONField(default=dict)),
                ('version', models.PositiveIntegerField(default=1)),
                ('changed_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='ClusterLook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asked_at', models.DateTimeField(null=True)),
                ('looked_at', models.DateTimeField(null=True)),
                ('count', models.PositiveIntegerField(default=0)),
                ('digest', models.CharField(blank=True, max_length=64)),
                ('lines', models.JSONField(default=list)),
                ('drift', models.JSONField(default=list)),
                ('notes', models.JSONField(default=dict)),
                ('fault', models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name='Criterion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=30)),
                ('title_ko', models.CharField(max_length=120)),
                ('title_en', models.CharField(max_length=120)),
                ('points', models.PositiveSmallIntegerField()),
                ('minimum_points', models.PositiveSmallIntegerField(default=0)),
                ('position', models.PositiveSmallIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='Destruction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40)),
                ('count', models.PositiveIntegerField()),
                ('digest', models.CharField(max_length=64)),
                ('due_before', models.DateTimeField()),
                ('destroyed_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='EligibilityRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('organisation_kind', 'organisation_kind'), ('region', 'region'), ('outside_capital', 'outside_capital'), ('age_at_most', 'age_at_most'), ('running_awards_at_most', 'running_awards_at_most'), ('no_overdue_report', 'no_overdue_report'), ('one_per_organisation', 'one_per_organisation')], max_length=30)),
                ('parameters', models.JSONField(default=dict)),
                ('reference_date', models.CharField(choices=[('announcement', 'announcement'), ('deadline', 'deadline'), ('award', 'award')], max_length=12)),
                ('position', models.PositiveSmallIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='EvidenceKind',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=30)),
                ('title_ko', models.CharField(max_length=120)),
                ('title_en', models.CharField(max_length=120)),
                ('issuer_ko', models.CharField(max_length=120)),
                ('issuer_en', models.CharField(max_length=120)),
                ('max_age_days', models.PositiveIntegerField(null=True)),
                ('required', models.BooleanField(default=True)),
                ('position', models.PositiveSmallIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='FigureSet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('worked_out_at', models.DateTimeField(unique=True)),
                ('figures', models.JSONField()),
            ],
        ),
        migrations.CreateModel(
            name='JournalHead',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(unique=True)),
                ('number', models.BigIntegerField()),
                ('hash', models.CharField(max_length=64)),
                ('published_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='LedgerAccount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('owner', models.CharField(max_length=40)),
                ('bucket', models.CharField(choices=[('source', 'source'), ('left', 'left'), ('held', 'held'), ('used', 'used'), ('returned', 'returned'), ('expired', 'expired')], max_length=10)),
                ('amount', models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='Organisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120)),
                ('name_en', models.CharField(blank=True, max_length=120)),
                ('kind', models.CharField(choices=[('company', 'company'), ('university', 'university'), ('research_institute', 'research_institute'), ('public_body', 'public_body')], max_length=20)),
                ('size_class', models.CharField(choices=[('micro', 'micro'), ('small', 'small'), ('medium', 'medium'), ('mid_sized', 'mid_sized'), ('large', 'large'), ('none', 'none')], default=madang.portal.people.rules.SizeClass['NONE'], max_length=12)),
                ('registration_number', models.CharField(max_length=10, unique=True)),
                ('founded_on', models.DateField()),
                ('generated', models.BooleanField(default=False)),
                ('version', models.PositiveIntegerField(default=1)),
                ('created_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='RetentionRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40, unique=True)),
                ('days', models.PositiveIntegerField()),
                ('ground_ko', models.CharField(max_length=200)),
                ('ground_en', models.CharField(max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name='RollUpCursor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40, unique=True)),
                ('movement', models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='UsageCursor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('backend', models.CharField(max_length=60, unique=True)),
                ('cursor', models.CharField(blank=True, max_length=200)),
                ('moved_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('email', models.EmailField(max_length=254, null=True)),
                ('name', models.CharField(blank=True, max_length=80)),
                ('language', models.CharField(default='ko', max_length=2)),
                ('is_active', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField()),
                ('erased_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='person_email_unique'), models.CheckConstraint(condition=models.Q(models.Q(('erased_at__isnull', True), ('email__isnull', False)), models.Q(('erased_at__isnull', False), ('email__isnull', True), ('name', ''), ('is_active', False)), _connector='OR'), name='person_erased_is_empty')],
            },
        ),
        migrations.CreateModel(
            name='AccountingMonth',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.CharField(max_length=7, unique=True)),
                ('issued_at', models.DateTimeField(null=True)),
                ('last_number', models.PositiveIntegerField(default=0)),
                ('version', models.PositiveIntegerField(default=1)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('month__regex', '^[0-9]{4}-(0[1-9]|1[0-2])$')), name='accountingmonth_month_written'), models.CheckConstraint(condition=models.Q(models.Q(('last_number__gt', 0), ('issued_at__isnull', False)), models.Q(models.Q(('last_number__gt', 0), _negated=True), ('issued_at__isnull', True)), _connector='OR'), name='accountingmonth_numbers_when_issued')],
            },
        ),
        migrations.CreateModel(
            name='Application',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=60, null=True, unique=True)),
                ('title', models.CharField(blank=True, max_length=160)),
                ('sections', models.JSONField(default=dict)),
                ('state', models.CharField(choices=[('draft', 'draft'), ('submitted', 'submitted'), ('reopened', 'reopened'), ('withdrawn', 'withdrawn'), ('eligible', 'eligible'), ('ineligible', 'ineligible')], default=madang.portal.applications.rules.ApplicationState['DRAFT'], max_length=10)),
                ('version', models.PositiveIntegerField(default=1)),
                ('exclusive', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField()),
                ('saved_at', models.DateTimeField()),
                ('submitted_at', models.DateTimeField(null=True)),
                ('screened_at', models.DateTimeField(null=True)),
                ('screening_comment', models.CharField(blank=True, max_length=1000)),
                ('emptied_at', models.DateTimeField(null=True)),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('screened_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Award',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=60, unique=True)),
                ('title', models.CharField(max_length=160)),
                ('state', models.CharField(choices=[('held', 'held'), ('offered', 'offered'), ('accepted', 'accepted'), ('declined', 'declined'), ('lapsed', 'lapsed'), ('in_force', 'in_force'), ('ended', 'ended')], default=madang.portal.awards.rules.AwardState['HELD'], max_length=10)),
                ('accept_by', models.DateTimeField(null=True)),
                ('answered_at', models.DateTimeField(null=True)),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField()),
                ('in_force_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_reason', models.CharField(blank=True, max_length=500)),
                ('created_at', models.DateTimeField()),
                ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('application', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='award', to='portal.application')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='awards', to='portal.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='Agreement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveSmallIntegerField()),
                ('text_ko', models.TextField()),
                ('text_en', models.TextField()),
                ('sha256', models.CharField(max_length=64)),
                ('created_at', models.DateTimeField()),
                ('in_force_at', models.DateTimeField(null=True)),
                ('award', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='agreements', to='portal.award')),
            ],
        ),
        migrations.CreateModel(
            name='Call',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=40, unique=True)),
                ('kind', models.CharField(choices=[('regular', 'regular'), ('additional', 'additional'), ('rolling', 'rolling'), ('beta', 'beta')], max_length=12)),
                ('title_ko', models.CharField(max_length=160)),
                ('title_en', models.CharField(max_length=160)),
                ('summary_ko', models.TextField()),
                ('summary_en', models.TextField()),
                ('state', models.CharField(choices=[('draft', 'draft'), ('published', 'published'), ('closed', 'closed')], default=madang.portal.calls.rules.CallState['DRAFT'], max_length=10)),
                ('generated', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField()),
                ('published_at', models.DateTimeField(null=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('drafted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='ClusterChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('asked', 'asked'), ('ended', 'ended'), ('failed', 'failed'), ('outdated', 'outdated')], default=madang.portal.cluster.rules.ChangeState['ASKED'], max_length=8)),
                ('digest', models.CharField(max_length=64)),
                ('remove', models.BooleanField(default=False)),
                ('planned', models.PositiveIntegerField(default=0)),
                ('steps', models.PositiveIntegerField(default=0)),
                ('claimed_until', models.DateTimeField(null=True)),
                ('asked_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('failure', models.JSONField(default=dict)),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='ClusterTerms',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hold', models.CharField(choices=[('cap', 'cap'), ('target', 'target')], default=madang.portal.cluster.rules.Hold['CAP'], max_length=6)),
                ('stop_percent', models.PositiveSmallIntegerField(default=100)),
                ('network', models.BooleanField(default=False)),
                ('set_at', models.DateTimeField()),
                ('award', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='cluster_terms', to='portal.award')),
                ('set_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='ConsentText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=30)),
                ('version', models.PositiveSmallIntegerField()),
                ('title_ko', models.CharField(max_length=160)),
                ('title_en', models.CharField(max_length=160)),
                ('body_ko', models.TextField()),
                ('body_en', models.TextField()),
                ('refusal_ko', models.CharField(max_length=300)),
                ('refusal_en', models.CharField(max_length=300)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('code', 'version'), name='consenttext_version_once')],
            },
        ),
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('accepted_at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('accepted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='consents', to='portal.application')),
                ('text', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.consenttext')),
            ],
        ),
        migrations.CreateModel(
            name='CorrectionNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('field', models.CharField(max_length=80)),
                ('old', models.TextField()),
                ('new', models.TextField()),
                ('reason_ko', models.CharField(max_length=500)),
                ('reason_en', models.CharField(max_length=500)),
                ('published_at', models.DateTimeField()),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='portal.call')),
                ('published_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Discount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=30, unique=True)),
                ('name_ko', models.CharField(max_length=80)),
                ('name_en', models.CharField(max_length=80)),
                ('sentence_ko', models.CharField(max_length=300)),
                ('sentence_en', models.CharField(max_length=300)),
                ('applies_to', models.CharField(max_length=40)),
                ('permille', models.PositiveSmallIntegerField()),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField(null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('permille__gte', 1), ('permille__lte', 1000)), name='discount_up_to_whole'), models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gt', models.F('starts_on')), _connector='OR'), name='discount_ends_after_start')],
            },
        ),
        migrations.CreateModel(
            name='EligibilityCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stage', models.CharField(choices=[('submission', 'submission'), ('award', 'award')], max_length=10)),
                ('passed', models.BooleanField()),
                ('facts', models.JSONField(default=dict)),
                ('judged_on', models.DateField()),
                ('checked_at', models.DateTimeField()),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='checks', to='portal.application')),
                ('rule', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.eligibilityrule')),
            ],
        ),
        migrations.CreateModel(
            name='Environment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=60)),
                ('kind', models.CharField(choices=[('prepared', 'prepared'), ('built', 'built')], max_length=10)),
                ('state', models.CharField(choices=[('building', 'building'), ('ready', 'ready'), ('failed', 'failed'), ('withdrawn', 'withdrawn')], max_length=10)),
                ('name_ko', models.CharField(max_length=80)),
                ('name_en', models.CharField(max_length=80)),
                ('folder', models.CharField(blank=True, max_length=100)),
                ('size', models.BigIntegerField(null=True)),
                ('created_at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('dropped_at', models.DateTimeField(null=True)),
                ('base', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.environment')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='environments', to='portal.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='EstimateMonth',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.CharField(max_length=7)),
                ('basis', models.CharField(choices=[('history', 'history'), ('limits', 'limits')], max_length=8)),
                ('jobs', models.PositiveIntegerField()),
                ('within', models.PositiveIntegerField()),
                ('before', models.PositiveIntegerField()),
                ('after', models.PositiveIntegerField()),
                ('median_error', models.PositiveIntegerField()),
                ('median_wait', models.PositiveIntegerField()),
                ('counted_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('basis__in', ['history', 'limits'])), name='estimatemonth_basis_known'), models.UniqueConstraint(fields=('month', 'basis'), name='estimatemonth_once'), models.CheckConstraint(condition=models.Q(('jobs', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('within'), '+', models.F('before')), '+', models.F('after')))), name='estimatemonth_adds_up')],
            },
        ),
        migrations.CreateModel(
            name='Intake',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('opens_at', models.DateTimeField()),
                ('closes_at', models.DateTimeField()),
                ('review_due_at', models.DateTimeField()),
                ('decision_due_at', models.DateTimeField()),
                ('accept_days', models.PositiveSmallIntegerField(default=7)),
                ('objection_days', models.PositiveSmallIntegerField(default=30)),
                ('state', models.CharField(choices=[('planned', 'planned'), ('open', 'open'), ('screening', 'screening'), ('in_review', 'in_review'), ('decided', 'decided'), ('closed', 'closed')], default=madang.portal.calls.rules.IntakeState['PLANNED'], max_length=10)),
                ('decided_at', models.DateTimeField(null=True)),
                ('last_receipt', models.PositiveIntegerField(default=0)),
                ('version', models.PositiveIntegerField(default=1)),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='intakes', to='portal.call')),
            ],
        ),
        migrations.AddField(
            model_name='application',
            name='intake',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='applications', to='portal.intake'),
        ),
        migrations.CreateModel(
            name='AllocationPolicy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('version', models.PositiveSmallIntegerField(default=1)),
                ('name_ko', models.CharField(max_length=120)),
                ('name_en', models.CharField(max_length=120)),
                ('policy', models.JSONField()),
                ('rules', models.JSONField(default=list)),
                ('reference', models.JSONField(null=True)),
                ('rates', models.JSONField(default=dict)),
                ('made_at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('made_from', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.allocationpolicy')),
                ('intake', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='policies', to='portal.intake')),
            ],
        ),
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(unique=True)),
                ('name', models.CharField(max_length=100)),
                ('argv', models.JSONField()),
                ('gpus', models.PositiveIntegerField(default=0)),
                ('cores', models.PositiveIntegerField(default=1)),
                ('memory_mb', models.PositiveIntegerField()),
                ('wall_seconds', models.PositiveIntegerField()),
                ('share_class', models.CharField(blank=True, max_length=20)),
                ('array', models.UUIDField(null=True)),
                ('array_index', models.PositiveIntegerField(null=True)),
                ('array_count', models.PositiveIntegerField(default=1)),
                ('priority', models.SmallIntegerField(default=0)),
                ('on_hold', models.BooleanField(default=False)),
                ('requeue', models.BooleanField(default=False)),
                ('checkpoint_seconds', models.PositiveIntegerField(default=0)),
                ('network', models.BooleanField(default=False)),
                ('steering', models.PositiveIntegerField(default=0)),
                ('steered', models.PositiveIntegerField(default=0)),
                ('restarts', models.PositiveIntegerField(default=0)),
                ('state', models.CharField(choices=[('accepted', 'accepted'), ('waiting', 'waiting'), ('running', 'running'), ('succeeded', 'succeeded'), ('failed', 'failed'), ('cancelled', 'cancelled'), ('timed_out', 'timed_out'), ('lost', 'lost'), ('refused', 'refused')], default=madang.portal.jobs.rules.JobState['ACCEPTED'], max_length=10)),
                ('backend_id', models.CharField(max_length=60, null=True)),
                ('reason_code', models.CharField(blank=True, max_length=60)),
                ('reason_facts', models.JSONField(default=dict)),
                ('held', models.BigIntegerField()),
                ('submitted_at', models.DateTimeField()),
                ('started_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('exit_code', models.IntegerField(null=True)),
                ('outputs_left_out', models.PositiveIntegerField(default=0)),
                ('cancel_asked_at', models.DateTimeField(null=True)),
                ('settled_at', models.DateTimeField(null=True)),
                ('notified_at', models.DateTimeField(null=True)),
                ('cleared_at', models.DateTimeField(null=True)),
                ('claimed_until', models.DateTimeField(null=True)),
                ('idle_since', models.DateTimeField(null=True)),
                ('idle_until', models.DateTimeField(null=True)),
                ('idle_need', models.CharField(blank=True, choices=[('waits', 'waits'), ('unseen', 'unseen'), ('soon', 'soon')], max_length=6)),
                ('idle_stopped_at', models.DateTimeField(null=True)),
                ('award', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='jobs', to='portal.award')),
                ('builds', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='building_job', to='portal.environment')),
                ('environment', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='users', to='portal.environment')),
                ('submitted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='jobs', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Estimate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('made_at', models.DateTimeField()),
                ('unknown', models.CharField(blank=True, choices=[('coming', 'coming'), ('held', 'held'), ('cancelling', 'cancelling'), ('closed', 'closed'), ('too_large', 'too_large'), ('stopped', 'stopped'), ('not_shown', 'not_shown'), ('after_award', 'after_award'), ('never', 'never')], max_length=12)),
                ('basis', models.CharField(choices=[('history', 'history'), ('limits', 'limits')], default=madang.portal.forecasts.rules.Basis['HISTORY'], max_length=8)),
                ('early', models.DateTimeField(null=True)),
                ('middle', models.DateTimeField(null=True)),
                ('late', models.DateTimeField(null=True)),
                ('replays', models.PositiveIntegerField(default=0)),
                ('kept', models.JSONField(default=list)),
                ('first_at', models.DateTimeField(null=True)),
                ('started_at', models.DateTimeField(null=True)),
                ('within', models.BooleanField(null=True)),
                ('error_seconds', models.IntegerField(null=True)),
                ('job', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='estimate', to='portal.job')),
            ],
        ),
        migrations.CreateModel(
            name='JobAfter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ok', models.BooleanField()),
                ('job', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='after', to='portal.job')),
                ('other', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='before', to='portal.job')),
            ],
        ),
        migrations.CreateModel(
            name='JobOutput',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('path', models.CharField(max_length=300)),
                ('size', models.BigIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('job', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='outputs', to='portal.job')),
            ],
        ),
        migrations.CreateModel(
            name='JournalEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('action', models.CharField(max_length=60)),
                ('actor', models.BigIntegerField(null=True)),
                ('via', models.CharField(choices=[('page', 'page'), ('api', 'api'), ('command', 'command'), ('worker', 'worker')], max_length=10)),
                ('subject_kind', models.CharField(max_length=40)),
                ('subject', models.CharField(max_length=64)),
                ('facts', models.JSONField(default=dict)),
                ('address_digest', models.CharField(blank=True, max_length=64)),
                ('happened_at', models.DateTimeField()),
                ('written_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'indexes': [models.Index(fields=['subject_kind', 'subject'], name='journal_by_subject'), models.Index(fields=['actor', 'happened_at'], name='journal_by_actor'), models.Index(fields=['action', 'happened_at'], name='journal_by_action'), models.Index(fields=['happened_at'], name='journal_by_time')],
                'constraints': [models.CheckConstraint(condition=models.Q(('via__in', ['page', 'api', 'command', 'worker'])), name='journalentry_via_known')],
            },
        ),
        migrations.CreateModel(
            name='JournalSeal',
            fields=[
                ('number', models.BigIntegerField(primary_key=True, serialize=False)),
                ('previous_hash', models.CharField(max_length=64)),
                ('hash', models.CharField(max_length=64, unique=True)),
                ('sealed_at', models.DateTimeField()),
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='seal', to='portal.journalentry')),
            ],
        ),
        migrations.CreateModel(
            name='LateAttempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('attempted_at', models.DateTimeField()),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='late_attempts', to='portal.application')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='LoginFailure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64)),
                ('failed_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['digest', 'failed_at'], name='loginfailure_recent')],
            },
        ),
        migrations.CreateModel(
            name='LotterySeed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seed', models.BigIntegerField()),
                ('commitment', models.CharField(max_length=64)),
                ('committed_at', models.DateTimeField()),
                ('committed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('intake', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='lottery_seed', to='portal.intake')),
            ],
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=120, unique=True)),
                ('address', models.EmailField(max_length=254)),
                ('language', models.CharField(max_length=2)),
                ('code', models.CharField(max_length=60)),
                ('subject', models.CharField(max_length=200)),
                ('body', models.TextField()),
                ('link', models.CharField(blank=True, max_length=600)),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('sent', 'sent'), ('failed', 'failed')], default=madang.portal.outbox.rules.MessageState['WAITING'], max_length=10)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('next_try_at', models.DateTimeField()),
                ('claimed_until', models.DateTimeField(null=True)),
                ('last_error', models.CharField(blank=True, max_length=300)),
                ('written_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(null=True)),
                ('read_at', models.DateTimeField(null=True)),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='messages', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='MonthTotal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.CharField(max_length=7)),
                ('came_in', models.BigIntegerField(default=0)),
                ('went_out', models.BigIntegerField(default=0)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='month_totals', to='portal.ledgeraccount')),
            ],
        ),
        migrations.CreateModel(
            name='Movement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=40)),
                ('source_key', models.CharField(max_length=120)),
                ('kind', models.CharField(choices=[('grant', 'grant'), ('hold', 'hold'), ('release', 'release'), ('use', 'use'), ('overrun', 'overrun'), ('give_back', 'give_back'), ('expire', 'expire'), ('reversal', 'reversal')], max_length=12)),
                ('amount', models.BigIntegerField()),
                ('subject', models.CharField(blank=True, max_length=40)),
                ('month', models.CharField(max_length=7)),
                ('day', models.DateField()),
                ('written_at', models.DateTimeField()),
                ('from_account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='movements_out', to='portal.ledgeraccount')),
                ('reverses', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversed_by', to='portal.movement')),
                ('to_account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='movements_in', to='portal.ledgeraccount')),
            ],
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('owner', 'owner'), ('member', 'member')], max_length=10)),
                ('joined_at', models.DateTimeField()),
                ('left_at', models.DateTimeField(null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='portal.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.EmailField(max_length=254)),
                ('role', models.CharField(choices=[('owner', 'owner'), ('member', 'member')], max_length=10)),
                ('secret_hash', models.CharField(max_length=64, unique=True)),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('accepted', 'accepted'), ('withdrawn', 'withdrawn')], default=madang.portal.people.rules.InvitationState['WAITING'], max_length=10)),
                ('invited_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('accepted_at', models.DateTimeField(null=True)),
                ('accepted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('invited_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='portal.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='ChaseStop',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=300)),
                ('stopped_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('stopped_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='chase_stops', to='portal.organisation')),
            ],
        ),
        migrations.AddField(
            model_name='application',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='applications', to='portal.organisation'),
        ),
        migrations.CreateModel(
            name='OwedReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=160)),
                ('due_on', models.DateField()),
                ('noted_at', models.DateTimeField()),
                ('received_on', models.DateField(null=True)),
                ('noted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='owed_reports', to='portal.organisation')),
                ('received_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Plan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('policy', models.JSONField()),
                ('seed', models.BigIntegerField(default=0)),
                ('commitment', models.CharField(blank=True, max_length=64)),
                ('state', models.CharField(choices=[('solving', 'solving'), ('checked', 'checked'), ('faulty', 'faulty'), ('failed', 'failed'), ('cancelled', 'cancelled'), ('adopted', 'adopted'), ('superseded', 'superseded')], default=madang.portal.plans.rules.PlanState['SOLVING'], max_length=10)),
                ('problem', models.JSONField()),
                ('problem_hash', models.CharField(max_length=64)),
                ('pseudonyms', models.JSONField()),
                ('result', models.JSONField(null=True)),
                ('faults', models.JSONField(null=True)),
                ('reasons', models.JSONField(default=dict)),
                ('outline', models.JSONField(null=True)),
                ('progress', models.JSONField(default=dict)),
                ('failure', models.JSONField(default=dict)),
                ('claimed_until', models.DateTimeField(null=True)),
                ('proposed_at', models.DateTimeField()),
                ('began_at', models.DateTimeField(null=True)),
                ('solved_at', models.DateTimeField(null=True)),
                ('adopted_at', models.DateTimeField(null=True)),
                ('intake', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='portal.intake')),
                ('moved_from', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='moves', to='portal.plan')),
                ('own', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='portal.allocationpolicy')),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('outcome', models.CharField(choices=[('awarded', 'awarded'), ('reserve', 'reserve'), ('refused', 'refused')], max_length=10)),
                ('score_milli', models.PositiveIntegerField(null=True)),
                ('reserve_place', models.PositiveIntegerField(null=True)),
                ('reason_code', models.CharField(max_length=60)),
                ('reason_facts', models.JSONField(default=dict)),
                ('rank', models.PositiveIntegerField(null=True)),
                ('among', models.PositiveIntegerField(null=True)),
                ('criteria_milli', models.JSONField(default=dict)),
                ('decided_at', models.DateTimeField()),
                ('published_at', models.DateTimeField(null=True)),
                ('application', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='decision', to='portal.application')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='portal.plan')),
            ],
        ),
        migrations.AddField(
            model_name='award',
            name='plan',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='awards', to='portal.plan'),
        ),
        migrations.CreateModel(
            name='PlanStudy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('costs', 'costs'), ('noise', 'noise'), ('changes', 'changes'), ('overbooking', 'overbooking')], max_length=12)),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('done', 'done'), ('failed', 'failed'), ('stopped', 'stopped')], default=madang.portal.studies.rules.StudyState['WAITING'], max_length=8)),
                ('progress', models.JSONField(default=dict)),
                ('result', models.JSONField(null=True)),
                ('failure', models.JSONField(default=dict)),
                ('claimed_until', models.DateTimeField(null=True)),
                ('asked_at', models.DateTimeField()),
                ('done_at', models.DateTimeField(null=True)),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='studies', to='portal.plan')),
            ],
        ),
        migrations.CreateModel(
            name='Pool',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=30, unique=True)),
                ('name_ko', models.CharField(max_length=80)),
                ('name_en', models.CharField(max_length=80)),
                ('unit', models.CharField(choices=[('gpu', 'gpu'), ('core', 'core')], max_length=5)),
                ('grain', models.CharField(choices=[('month', 'month'), ('hour', 'hour')], default=madang.portal.resources.rules.Grain['MONTH'], max_length=5)),
                ('backend_type', models.CharField(blank=True, max_length=30)),
                ('runs_jobs', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('unit__in', ['gpu', 'core'])), name='pool_unit_known'), models.CheckConstraint(condition=models.Q(('grain__in', ['month', 'hour'])), name='pool_grain_known')],
            },
        ),
        migrations.AddField(
            model_name='ledgeraccount',
            name='pool',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.pool'),
        ),
        migrations.AddField(
            model_name='job',
            name='pool',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.pool'),
        ),
        migrations.CreateModel(
            name='DayUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('seconds', models.BigIntegerField(default=0)),
                ('award', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.award')),
                ('pool', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.pool')),
            ],
        ),
        migrations.CreateModel(
            name='BudgetAlert',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.CharField(max_length=7)),
                ('share', models.PositiveSmallIntegerField()),
                ('told_at', models.DateTimeField()),
                ('award', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='budget_alerts', to='portal.award')),
                ('pool', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.pool')),
            ],
        ),
        migrations.CreateModel(
            name='PoolMonth',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.CharField(max_length=7)),
                ('physical', models.PositiveIntegerField()),
                ('funded', models.PositiveIntegerField()),
                ('committed', models.PositiveIntegerField(default=0)),
                ('version', models.PositiveIntegerField(default=1)),
                ('pool', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='months', to='portal.pool')),
            ],
        ),
        migrations.CreateModel(
            name='Product',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=30, unique=True)),
                ('name_ko', models.CharField(max_length=80)),
                ('name_en', models.CharField(max_length=80)),
                ('units', models.PositiveIntegerField()),
                ('grain', models.CharField(choices=[('month', 'month'), ('hour', 'hour')], max_length=5)),
                ('active', models.BooleanField(default=True)),
                ('pool', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='products', to='portal.pool')),
            ],
        ),
        migrations.CreateModel(
            name='AwardLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asked', models.PositiveIntegerField()),
                ('quantity', models.PositiveIntegerField()),
                ('first_month', models.CharField(max_length=7)),
                ('months', models.PositiveSmallIntegerField()),
                ('seconds', models.BigIntegerField()),
                ('award', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='portal.award')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.product')),
            ],
        ),
        migrations.CreateModel(
            name='Ask',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quantity', models.PositiveIntegerField()),
                ('least', models.PositiveIntegerField()),
                ('first_month', models.CharField(max_length=7)),
                ('months', models.PositiveSmallIntegerField()),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='asks', to='portal.application')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.product')),
            ],
        ),
        migrations.CreateModel(
            name='Reading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reader', models.BigIntegerField()),
                ('roles', models.CharField(blank=True, max_length=120)),
                ('what', models.CharField(max_length=20)),
                ('subject_kind', models.CharField(max_length=40)),
                ('subject', models.CharField(max_length=64)),
                ('whose', models.BigIntegerField(null=True)),
                ('organisation', models.BigIntegerField(null=True)),
                ('purpose', models.CharField(blank=True, max_length=200)),
                ('address', models.CharField(blank=True, max_length=64)),
                ('read_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['reader', 'read_at'], name='reading_by_reader'), models.Index(fields=['whose', 'read_at'], name='reading_by_whose'), models.Index(fields=['organisation', 'read_at'], name='reading_by_organisation'), models.Index(fields=['subject_kind', 'subject'], name='reading_by_subject')],
                'constraints': [models.CheckConstraint(condition=models.Q(('what__in', ['view', 'search', 'download', 'export'])), name='reading_what_known'), models.CheckConstraint(condition=models.Q(models.Q(('what__in', ['download', 'export']), _negated=True), models.Q(('purpose', ''), _negated=True), _connector='OR'), name='reading_download_has_purpose')],
            },
        ),
        migrations.CreateModel(
            name='ReceiptFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=150)),
                ('stored', models.PositiveIntegerField()),
                ('repeated', models.PositiveIntegerField()),
                ('imported_at', models.DateTimeField()),
                ('bank', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='portal.bank')),
                ('imported_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Receipt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.PositiveIntegerField()),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('paid_on', models.DateField()),
                ('amount', models.BigIntegerField()),
                ('payer', models.CharField(blank=True, max_length=120)),
                ('text', models.CharField(blank=True, max_length=200)),
                ('reference', models.CharField(blank=True, max_length=80)),
                ('left', models.BigIntegerField()),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='receipts', to='portal.receiptfile')),
            ],
        ),
        migrations.CreateModel(
            name='Region',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=20, unique=True)),
                ('name_ko', models.CharField(max_length=40)),
                ('name_en', models.CharField(max_length=60)),
                ('short_ko', models.CharField(max_length=20)),
                ('capital_area', models.BooleanField(default=False)),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField(null=True)),
                ('successor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='predecessors', to='portal.region')),
            ],
        ),
        migrations.AddField(
            model_name='organisation',
            name='region',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='portal.region'),
        ),
        migrations.CreateModel(
            name='ReportedFigure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('measure', models.CharField(max_length=20)),
                ('kind', models.CharField(blank=True, max_length=20)),
                ('number', models.BigIntegerField()),
                ('source', models.CharField(max_length=200)),
                ('reported_on', models.DateField()),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reported_figures', to='portal.call')),
            ],
        ),
        migrations.CreateModel(
            name='ReviewAssignment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('assigned', 'assigned'), ('submitted', 'submitted'), ('declined', 'declined'), ('recused', 'recused'), ('withdrawn', 'withdrawn')], default=madang.portal.reviews.rules.AssignmentState['ASSIGNED'], max_length=10)),
                ('comment', models.TextField(blank=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('assigned_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_reason', models.CharField(blank=True, max_length=500)),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='portal.application')),
                ('assigned_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='CriterionPoints',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('points', models.PositiveSmallIntegerField(null=True)),
                ('comment', models.TextField(blank=True)),
                ('criterion', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.criterion')),
                ('assignment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='points', to='portal.reviewassignment')),
            ],
        ),
        migrations.CreateModel(
            name='Reviewer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('affiliation', models.CharField(max_length=120)),
                ('fields', models.JSONField(default=list)),
                ('load_limit', models.PositiveSmallIntegerField(default=40)),
                ('active', models.BooleanField(default=True)),
                ('added_at', models.DateTimeField()),
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='reviewer', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddField(
            model_name='reviewassignment',
            name='reviewer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='portal.reviewer'),
        ),
        migrations.CreateModel(
            name='DeclaredInterest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('same_organisation', 'same_organisation'), ('member', 'member'), ('relative', 'relative'), ('advice', 'advice'), ('financial', 'financial'), ('other', 'other')], max_length=20)),
                ('note', models.CharField(blank=True, max_length=500)),
                ('declared_at', models.DateTimeField()),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.organisation')),
                ('reviewer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='interests', to='portal.reviewer')),
            ],
        ),
        migrations.CreateModel(
            name='Affiliation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateField()),
                ('until', models.DateField(null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.organisation')),
                ('reviewer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='affiliations', to='portal.reviewer')),
            ],
        ),
        migrations.CreateModel(
            name='ShareSetting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('weights', models.JSONField()),
                ('parts', models.JSONField()),
                ('borrowing', models.CharField(choices=[('none', 'none'), ('borrow', 'borrow'), ('reclaim', 'reclaim')], max_length=7)),
                ('set_at', models.DateTimeField()),
                ('set_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='StaffRole',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('screening_officer', 'screening_officer'), ('programme_manager', 'programme_manager'), ('approver', 'approver'), ('operator', 'operator'), ('auditor', 'auditor')], max_length=20)),
                ('granted_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('granted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='staff_roles', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Statement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.CharField(max_length=7)),
                ('number', models.CharField(max_length=40, null=True, unique=True)),
                ('state', models.CharField(choices=[('draft', 'draft'), ('issued', 'issued')], default=madang.portal.billing.rules.StatementState['DRAFT'], max_length=10)),
                ('reference', models.BigIntegerField(default=0)),
                ('list_price', models.BigIntegerField(default=0)),
                ('discount', models.BigIntegerField(default=0)),
                ('due', models.BigIntegerField(default=0)),
                ('subsidy', models.BigIntegerField(default=0)),
                ('supply', models.BigIntegerField(default=0)),
                ('vat', models.BigIntegerField(default=0)),
                ('payable', models.BigIntegerField(default=0)),
                ('faults', models.PositiveIntegerField(default=0)),
                ('worked_out_at', models.DateTimeField()),
                ('issued_at', models.DateTimeField(null=True)),
                ('due_on', models.DateField(null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='portal.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='Received',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount', models.BigIntegerField(default=0)),
                ('statement', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='received', to='portal.statement')),
            ],
        ),
        migrations.CreateModel(
            name='Posting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('match', 'match'), ('credit', 'credit'), ('refund', 'refund')], max_length=10)),
                ('amount', models.BigIntegerField()),
                ('found', models.CharField(choices=[('number', 'number'), ('exact', 'exact'), ('person', 'person')], max_length=10, null=True)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('document_number', models.CharField(blank=True, max_length=60)),
                ('posted_at', models.DateTimeField()),
                ('posted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reverses', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversed_by', to='portal.posting')),
                ('receipt', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='postings', to='portal.receipt')),
                ('other', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.statement')),
                ('statement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='postings', to='portal.statement')),
            ],
        ),
        migrations.CreateModel(
            name='Chase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stage', models.PositiveSmallIntegerField()),
                ('owed', models.BigIntegerField()),
                ('written_to', models.PositiveSmallIntegerField()),
                ('chased_at', models.DateTimeField()),
                ('statement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='chases', to='portal.statement')),
            ],
        ),
        migrations.CreateModel(
            name='StoredFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sha256', models.CharField(max_length=64, unique=True)),
                ('size', models.BigIntegerField()),
                ('media_type', models.CharField(max_length=100)),
                ('stored_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('size__gte', 0)), name='storedfile_size_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='SignedPaper',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=160)),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('confirmed', 'confirmed'), ('refused', 'refused')], default=madang.portal.agreements.rules.PaperState['WAITING'], max_length=10)),
                ('uploaded_at', models.DateTimeField()),
                ('checked_at', models.DateTimeField(null=True)),
                ('comment', models.CharField(blank=True, max_length=500)),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='papers', to='portal.agreement')),
                ('checked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.storedfile')),
            ],
        ),
        migrations.CreateModel(
            name='Signature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('side', models.CharField(choices=[('body', 'body'), ('user', 'user')], max_length=4)),
                ('method', models.CharField(choices=[('click', 'click'), ('signed_file', 'signed_file')], max_length=12)),
                ('signed_at', models.DateTimeField()),
                ('signed_sha256', models.CharField(max_length=64)),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='portal.agreement')),
                ('checked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('file', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.storedfile')),
            ],
        ),
        migrations.CreateModel(
            name='ScreeningQuestion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asked_at', models.DateTimeField()),
                ('text', models.CharField(max_length=1000)),
                ('answer_by', models.DateTimeField()),
                ('answer', models.TextField(null=True)),
                ('answer_file_name', models.CharField(blank=True, max_length=160)),
                ('answered_at', models.DateTimeField(null=True)),
                ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='questions', to='portal.application')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('answer_file', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.storedfile')),
            ],
        ),
        migrations.AddField(
            model_name='receiptfile',
            name='file',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.storedfile'),
        ),
        migrations.CreateModel(
            name='JobFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('path', models.CharField(max_length=200)),
                ('job', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='files', to='portal.job')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.storedfile')),
            ],
        ),
        migrations.AddField(
            model_name='environment',
            name='lock',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.storedfile'),
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=160)),
                ('issued_on', models.DateField(null=True)),
                ('valid_until', models.DateField(null=True)),
                ('attached_at', models.DateTimeField()),
                ('removed_at', models.DateTimeField(null=True)),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='portal.application')),
                ('attached_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('evidence', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.evidencekind')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.storedfile')),
            ],
        ),
        migrations.CreateModel(
            name='Submission',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('content', models.JSONField()),
                ('content_sha256', models.CharField(max_length=64)),
                ('submitted_at', models.DateTimeField()),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='submissions', to='portal.application')),
                ('submitted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddField(
            model_name='application',
            name='in_force',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.submission'),
        ),
        migrations.CreateModel(
            name='SubmittedFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=160)),
                ('issued_on', models.DateField(null=True)),
                ('valid_until', models.DateField(null=True)),
                ('evidence', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.evidencekind')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.storedfile')),
                ('submission', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='portal.submission')),
            ],
        ),
        migrations.CreateModel(
            name='Tariff',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('reserved', 'reserved'), ('used', 'used')], max_length=10)),
                ('price', models.BigIntegerField()),
                ('reference_price', models.BigIntegerField()),
                ('reference_source', models.CharField(max_length=200)),
                ('reference_source_en', models.CharField(blank=True, max_length=200)),
                ('vat', models.CharField(choices=[('none', 'none'), ('included', 'included'), ('added', 'added')], default=madang.accounting.pricing.Vat['NONE'], max_length=10)),
                ('vat_permille', models.PositiveSmallIntegerField(default=0)),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField(null=True)),
                ('drafted_at', models.DateTimeField()),
                ('approved_at', models.DateTimeField(null=True)),
                ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('drafted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tariffs', to='portal.product')),
            ],
        ),
        migrations.CreateModel(
            name='StatementLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first_day', models.DateField()),
                ('last_day', models.DateField()),
                ('quantity', models.BigIntegerField()),
                ('discounts', models.JSONField(default=list)),
                ('fault', models.CharField(blank=True, max_length=40)),
                ('reference', models.BigIntegerField(default=0)),
                ('list_price', models.BigIntegerField(default=0)),
                ('discount', models.BigIntegerField(default=0)),
                ('due', models.BigIntegerField(default=0)),
                ('subsidy', models.BigIntegerField(default=0)),
                ('supply', models.BigIntegerField(default=0)),
                ('vat', models.BigIntegerField(default=0)),
                ('payable', models.BigIntegerField(default=0)),
                ('award', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.award')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.product')),
                ('statement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='portal.statement')),
                ('tariff', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.tariff')),
            ],
        ),
        migrations.CreateModel(
            name='Track',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=30)),
                ('title_ko', models.CharField(max_length=120)),
                ('title_en', models.CharField(max_length=120)),
                ('guidance_ko', models.TextField(blank=True)),
                ('guidance_en', models.TextField(blank=True)),
                ('first_month', models.CharField(max_length=7)),
                ('last_month', models.CharField(max_length=7)),
                ('minimum_months', models.PositiveSmallIntegerField(default=1)),
                ('minimum_total_milli', models.PositiveIntegerField(default=0)),
                ('stacking', models.CharField(choices=[('best', 'best'), ('add', 'add'), ('multiply', 'multiply')], default=madang.accounting.pricing.Stacking['BEST'], max_length=10)),
                ('reviews_wanted', models.PositiveSmallIntegerField(default=3)),
                ('conflict_rules', models.CharField(choices=[('korean', 'korean'), ('international', 'international')], default=madang.portal.calls.rules.ConflictRules['KOREAN'], max_length=15)),
                ('score_rule', models.CharField(choices=[('mean', 'mean'), ('trimmed', 'trimmed')], default=madang.review.scores.Rule['MEAN'], max_length=10)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tracks', to='portal.call')),
            ],
        ),
        migrations.CreateModel(
            name='Section',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=30)),
                ('title_ko', models.CharField(max_length=120)),
                ('title_en', models.CharField(max_length=120)),
                ('guidance_ko', models.TextField(blank=True)),
                ('guidance_en', models.TextField(blank=True)),
                ('max_characters', models.PositiveIntegerField()),
                ('required', models.BooleanField(default=True)),
                ('position', models.PositiveSmallIntegerField()),
                ('track', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sections', to='portal.track')),
            ],
        ),
        migrations.AddField(
            model_name='evidencekind',
            name='track',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='evidence_kinds', to='portal.track'),
        ),
        migrations.AddField(
            model_name='eligibilityrule',
            name='track',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='eligibility_rules', to='portal.track'),
        ),
        migrations.AddField(
            model_name='criterion',
            name='track',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='criteria', to='portal.track'),
        ),
        migrations.AddField(
            model_name='application',
            name='track',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='applications', to='portal.track'),
        ),
        migrations.CreateModel(
            name='TrackConsent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('required', models.BooleanField(default=True)),
                ('position', models.PositiveSmallIntegerField()),
                ('text', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.consenttext')),
                ('track', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='consents', to='portal.track')),
            ],
        ),
        migrations.CreateModel(
            name='TrackProduct',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('minimum', models.PositiveIntegerField(default=1)),
                ('maximum', models.PositiveIntegerField()),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.product')),
                ('track', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='products', to='portal.track')),
            ],
        ),
        migrations.CreateModel(
            name='Trial',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('plan', 'plan'), ('bench', 'bench')], max_length=6)),
                ('question', models.JSONField()),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('done', 'done'), ('failed', 'failed'), ('stopped', 'stopped')], default=madang.portal.forecasts.rules.TrialState['WAITING'], max_length=8)),
                ('progress', models.JSONField(default=dict)),
                ('result', models.JSONField(null=True)),
                ('failure', models.JSONField(default=dict)),
                ('claimed_until', models.DateTimeField(null=True)),
                ('asked_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('plan', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='trials', to='portal.plan')),
                ('report_en', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.storedfile')),
                ('report_ko', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.storedfile')),
            ],
        ),
        migrations.CreateModel(
            name='UnixUser',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=32, unique=True)),
                ('set_at', models.DateTimeField()),
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='unix_user', to=settings.AUTH_USER_MODEL)),
                ('set_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Verdict',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('attribute', models.CharField(choices=[('young_firm', 'young_firm'), ('start_up', 'start_up'), ('local_firm', 'local_firm')], max_length=20)),
                ('holds', models.BooleanField()),
                ('evidence', models.CharField(max_length=200)),
                ('checked_at', models.DateTimeField()),
                ('valid_from', models.DateField()),
                ('valid_until', models.DateField()),
                ('checked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='verdicts', to='portal.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='AnsweredRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=128)),
                ('request_digest', models.CharField(max_length=64)),
                ('status', models.PositiveSmallIntegerField(null=True)),
                ('body', models.TextField(null=True)),
                ('location', models.CharField(blank=True, max_length=300)),
                ('media_type', models.CharField(blank=True, max_length=100)),
                ('begun_at', models.DateTimeField()),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('person', 'key'), name='answeredrequest_key_once'), models.CheckConstraint(condition=models.Q(models.Q(('status__isnull', False), ('body__isnull', False)), models.Q(models.Q(('status__isnull', False), _negated=True), ('body__isnull', True)), _connector='OR'), name='answeredrequest_whole')],
            },
        ),
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60)),
                ('shown_start', models.CharField(max_length=12)),
                ('scope', models.CharField(choices=[('full', 'full'), ('read', 'read')], default=madang.portal.people.rules.TokenScope['FULL'], max_length=10)),
                ('secret_hash', models.CharField(max_length=64, unique=True)),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(null=True)),
                ('last_used_on', models.DateField(null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='api_tokens', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('scope__in', ['full', 'read'])), name='apitoken_scope_known')],
            },
        ),
        migrations.CreateModel(
            name='Approval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('publish_call', 'publish_call'), ('adopt_plan', 'adopt_plan'), ('publish_decisions', 'publish_decisions'), ('end_award', 'end_award'), ('change_tariff', 'change_tariff'), ('refund', 'refund')], max_length=20)),
                ('subject', models.BigIntegerField()),
                ('facts', models.JSONField(default=dict)),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('approved', 'approved'), ('rejected', 'rejected'), ('withdrawn', 'withdrawn')], default=madang.portal.approvals.rules.ApprovalState['WAITING'], max_length=10)),
                ('drafted_at', models.DateTimeField()),
                ('draft_comment', models.CharField(blank=True, max_length=1000)),
                ('decided_at', models.DateTimeField(null=True)),
                ('decision_comment', models.CharField(blank=True, max_length=1000)),
                ('document_number', models.CharField(blank=True, max_length=60)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('drafted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['publish_call', 'adopt_plan', 'publish_decisions', 'end_award', 'change_tariff', 'refund'])), name='approval_kind_known'), models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'approved', 'rejected', 'withdrawn'])), name='approval_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['approved', 'rejected']), ('decided_by__isnull', False), ('decided_at__isnull', False)), models.Q(models.Q(('state__in', ['approved', 'rejected']), _negated=True), ('decided_by__isnull', True), ('decided_at__isnull', True)), _connector='OR'), name='approval_decided_by_whom'), models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('drafted_by')), _negated=True), _connector='OR'), name='approval_by_two_people'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'approved'), _negated=True), models.Q(('document_number', ''), _negated=True), _connector='OR'), name='approval_has_document'), models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('kind', 'subject'), name='approval_waiting_once')],
            },
        ),
        migrations.AddConstraint(
            model_name='agreement',
            constraint=models.UniqueConstraint(fields=('award', 'version'), name='agreement_version_once'),
        ),
        migrations.AddConstraint(
            model_name='call',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['regular', 'additional', 'rolling', 'beta'])), name='call_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='call',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'published', 'closed'])), name='call_state_known'),
        ),
        migrations.AddConstraint(
            model_name='call',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('state', 'draft'), _negated=True), ('published_at__isnull', False)), models.Q(('state', 'draft'), ('published_at__isnull', True)), _connector='OR'), name='call_published_has_time'),
        ),
        migrations.AddConstraint(
            model_name='clusterchange',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['asked', 'ended', 'failed', 'outdated'])), name='clusterchange_state_known'),
        ),
        migrations.AddConstraint(
            model_name='clusterchange',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'asked')), fields=('state',), name='clusterchange_one_goes_on'),
        ),
        migrations.AddConstraint(
            model_name='clusterchange',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('state', 'asked'), _negated=True), ('ended_at__isnull', False)), models.Q(('state', 'asked'), ('ended_at__isnull', True)), _connector='OR'), name='clusterchange_ended_has_time'),
        ),
        migrations.AddConstraint(
            model_name='clusterterms',
            constraint=models.CheckConstraint(condition=models.Q(('hold__in', ['cap', 'target'])), name='clusterterms_hold_known'),
        ),
        migrations.AddConstraint(
            model_name='clusterterms',
            constraint=models.CheckConstraint(condition=models.Q(('stop_percent__gte', 100), ('stop_percent__lte', 200)), name='clusterterms_stop_fit'),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('application', 'text'), name='consent_once'),
        ),
        migrations.AddConstraint(
            model_name='correctionnotice',
            constraint=models.UniqueConstraint(fields=('call', 'number'), name='correctionnotice_number_once'),
        ),
        migrations.AddConstraint(
            model_name='eligibilitycheck',
            constraint=models.CheckConstraint(condition=models.Q(('stage__in', ['submission', 'award'])), name='eligibilitycheck_stage_known'),
        ),
        migrations.AddConstraint(
            model_name='intake',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['planned', 'open', 'screening', 'in_review', 'decided', 'closed'])), name='intake_state_known'),
        ),
        migrations.AddConstraint(
            model_name='intake',
            constraint=models.UniqueConstraint(fields=('call', 'number'), name='intake_number_once'),
        ),
        migrations.AddConstraint(
            model_name='intake',
            constraint=models.CheckConstraint(condition=models.Q(('closes_at__gt', models.F('opens_at')), ('review_due_at__gte', models.F('closes_at')), ('decision_due_at__gte', models.F('review_due_at'))), name='intake_dates_in_order'),
        ),
        migrations.AddConstraint(
            model_name='intake',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['decided', 'closed']), ('decided_at__isnull', False)), models.Q(models.Q(('state__in', ['decided', 'closed']), _negated=True), ('decided_at__isnull', True)), _connector='OR'), name='intake_decided_has_time'),
        ),
        migrations.AddConstraint(
            model_name='allocationpolicy',
            constraint=models.UniqueConstraint(fields=('intake', 'number', 'version'), name='allocationpolicy_version_once'),
        ),
        migrations.AddConstraint(
            model_name='allocationpolicy',
            constraint=models.CheckConstraint(condition=models.Q(('number__gte', 1), ('version__gte', 1)), name='allocationpolicy_from_one'),
        ),
        migrations.AddIndex(
            model_name='estimate',
            index=models.Index(condition=models.Q(('started_at__isnull', True)), fields=['first_at'], name='estimate_unjudged'),
        ),
        migrations.AddIndex(
            model_name='estimate',
            index=models.Index(fields=['started_at'], name='estimate_by_start'),
        ),
        migrations.AddConstraint(
            model_name='estimate',
            constraint=models.CheckConstraint(condition=models.Q(('unknown__in', ['', 'coming', 'held', 'cancelling', 'closed', 'too_large', 'stopped', 'not_shown', 'after_award', 'never'])), name='estimate_unknown_known'),
        ),
        migrations.AddConstraint(
            model_name='estimate',
            constraint=models.CheckConstraint(condition=models.Q(('basis__in', ['history', 'limits'])), name='estimate_basis_known'),
        ),
        migrations.AddConstraint(
            model_name='estimate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('unknown', ''), ('early__isnull', False), ('middle__isnull', False), ('late__isnull', False)), models.Q(models.Q(('unknown', ''), _negated=True), ('early__isnull', True), ('middle__isnull', True), ('late__isnull', True)), _connector='OR'), name='estimate_told_whole'),
        ),
        migrations.AddConstraint(
            model_name='estimate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('unknown', ''), _negated=True), models.Q(('early__lte', models.F('middle')), ('middle__lte', models.F('late'))), _connector='OR'), name='estimate_in_order'),
        ),
        migrations.AddConstraint(
            model_name='estimate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('unknown', ''), _negated=True), ('first_at__isnull', False), _connector='OR'), name='estimate_told_is_kept'),
        ),
        migrations.AddConstraint(
            model_name='estimate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('started_at__isnull', False), ('within__isnull', False), ('error_seconds__isnull', False)), models.Q(models.Q(('started_at__isnull', False), _negated=True), ('within__isnull', True), ('error_seconds__isnull', True)), _connector='OR'), name='estimate_judged_whole'),
        ),
        migrations.AddConstraint(
            model_name='estimate',
            constraint=models.CheckConstraint(condition=models.Q(('started_at__isnull', True), ('first_at__isnull', False), _connector='OR'), name='estimate_judged_was_told'),
        ),
        migrations.AddConstraint(
            model_name='jobafter',
            constraint=models.UniqueConstraint(fields=('job', 'other'), name='jobafter_once'),
        ),
        migrations.AddConstraint(
            model_name='jobafter',
            constraint=models.CheckConstraint(condition=models.Q(('job__gt', models.F('other'))), name='jobafter_looks_back'),
        ),
        migrations.AddConstraint(
            model_name='joboutput',
            constraint=models.UniqueConstraint(fields=('job', 'path'), name='joboutput_path_once'),
        ),
        migrations.AddConstraint(
            model_name='journalseal',
            constraint=models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='journalseal_number_from_one'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['next_try_at'], name='message_due'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('state', 'failed')), fields=['written_at'], name='message_failed'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'sent', 'failed'])), name='message_state_known'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'sent'), ('sent_at__isnull', False)), models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at__isnull', True)), _connector='OR'), name='message_sent_has_time'),
        ),
        migrations.AddConstraint(
            model_name='monthtotal',
            constraint=models.UniqueConstraint(fields=('account', 'month'), name='monthtotal_once'),
        ),
        migrations.AddIndex(
            model_name='movement',
            index=models.Index(fields=['to_account', 'month'], name='movement_to_month'),
        ),
        migrations.AddIndex(
            model_name='movement',
            index=models.Index(fields=['from_account', 'month'], name='movement_from_month'),
        ),
        migrations.AddIndex(
            model_name='movement',
            index=models.Index(fields=['subject'], name='movement_by_subject'),
        ),
        migrations.AddConstraint(
            model_name='movement',
            constraint=models.UniqueConstraint(fields=('source', 'source_key'), name='movement_posted_once'),
        ),
        migrations.AddConstraint(
            model_name='movement',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['grant', 'hold', 'release', 'use', 'overrun', 'give_back', 'expire', 'reversal'])), name='movement_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='movement',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='movement_amount_above_zero'),
        ),
        migrations.AddConstraint(
            model_name='movement',
            constraint=models.CheckConstraint(condition=models.Q(('from_account', models.F('to_account')), _negated=True), name='movement_between_two'),
        ),
        migrations.AddConstraint(
            model_name='movement',
            constraint=models.CheckConstraint(condition=models.Q(('month__regex', '^[0-9]{4}-(0[1-9]|1[0-2])$')), name='movement_month_written'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['owner', 'member'])), name='membership_role_known'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.UniqueConstraint(condition=models.Q(('left_at__isnull', True)), fields=('organisation', 'person'), name='membership_once'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'accepted', 'withdrawn'])), name='invitation_state_known'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'accepted'), ('accepted_by__isnull', False), ('accepted_at__isnull', False)), models.Q(models.Q(('state', 'accepted'), _negated=True), ('accepted_by__isnull', True), ('accepted_at__isnull', True)), _connector='OR'), name='invitation_accepted_by_whom'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('email'), models.F('organisation'), condition=models.Q(('state', 'waiting')), name='invitation_waiting_once'),
        ),
        migrations.AddConstraint(
            model_name='chasestop',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('organisation',), name='chasestop_in_force_once'),
        ),
        migrations.AddConstraint(
            model_name='chasestop',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', False), ('ended_by__isnull', False)), models.Q(models.Q(('ended_at__isnull', False), _negated=True), ('ended_by__isnull', True)), _connector='OR'), name='chasestop_ended_by_whom'),
        ),
        migrations.AddIndex(
            model_name='owedreport',
            index=models.Index(fields=['organisation', 'due_on'], name='owedreport_by_organisation'),
        ),
        migrations.AddConstraint(
            model_name='owedreport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('received_on__isnull', False), ('received_by__isnull', False)), models.Q(models.Q(('received_on__isnull', False), _negated=True), ('received_by__isnull', True)), _connector='OR'), name='owedreport_received_by_whom'),
        ),
        migrations.AddConstraint(
            model_name='owedreport',
            constraint=models.UniqueConstraint(fields=('organisation', 'title', 'due_on'), name='owedreport_once'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['solving', 'checked', 'faulty', 'failed', 'cancelled', 'adopted', 'superseded'])), name='plan_state_known'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.UniqueConstraint(fields=('intake', 'number'), name='plan_number_once'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'adopted')), fields=('intake',), name='plan_one_adopted'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('state__in', ['solving', 'failed', 'cancelled']), _negated=True), ('solved_at__isnull', False), ('result__isnull', False), ('faults__isnull', False), ('outline__isnull', False)), models.Q(('state__in', ['solving', 'failed', 'cancelled']), ('solved_at__isnull', True), ('result__isnull', True), ('faults__isnull', True), ('outline__isnull', True)), _connector='OR'), name='plan_solved_whole'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'adopted'), _negated=True), ('adopted_at__isnull', False), _connector='OR'), name='plan_adopted_has_time'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('outcome__in', ['awarded', 'reserve', 'refused'])), name='decision_outcome_known'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'reserve'), ('reserve_place__isnull', False)), models.Q(models.Q(('outcome', 'reserve'), _negated=True), ('reserve_place__isnull', True)), _connector='OR'), name='decision_reserve_has_place'),
        ),
        migrations.AddIndex(
            model_name='award',
            index=models.Index(condition=models.Q(('state', 'held')), fields=['application'], name='award_held'),
        ),
        migrations.AddConstraint(
            model_name='award',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['held', 'offered', 'accepted', 'declined', 'lapsed', 'in_force', 'ended'])), name='award_state_known'),
        ),
        migrations.AddConstraint(
            model_name='award',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__gt', models.F('starts_on'))), name='award_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='award',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('state', 'held'), _negated=True), ('accept_by__isnull', False)), models.Q(('state', 'held'), ('accept_by__isnull', True)), _connector='OR'), name='award_offered_has_deadline'),
        ),
        migrations.AddConstraint(
            model_name='award',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'ended'), ('ended_at__isnull', False)), models.Q(models.Q(('state', 'ended'), _negated=True), ('ended_at__isnull', True)), _connector='OR'), name='award_ended_has_time'),
        ),
        migrations.AddConstraint(
            model_name='award',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'in_force'), _negated=True), ('in_force_at__isnull', False), _connector='OR'), name='award_in_force_has_time'),
        ),
        migrations.AddConstraint(
            model_name='planstudy',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['costs', 'noise', 'changes', 'overbooking'])), name='planstudy_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='planstudy',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'done', 'failed', 'stopped'])), name='planstudy_state_known'),
        ),
        migrations.AddConstraint(
            model_name='planstudy',
            constraint=models.UniqueConstraint(fields=('plan', 'kind'), name='planstudy_once'),
        ),
        migrations.AddConstraint(
            model_name='planstudy',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'done'), ('result__isnull', False), ('done_at__isnull', False)), models.Q(models.Q(('state', 'done'), _negated=True), ('result__isnull', True), ('done_at__isnull', True)), _connector='OR'), name='planstudy_done_whole'),
        ),
        migrations.AddConstraint(
            model_name='ledgeraccount',
            constraint=models.UniqueConstraint(fields=('owner', 'pool', 'bucket'), name='ledgeraccount_once'),
        ),
        migrations.AddConstraint(
            model_name='ledgeraccount',
            constraint=models.CheckConstraint(condition=models.Q(('bucket__in', ['source', 'left', 'held', 'used', 'returned', 'expired'])), name='ledgeraccount_bucket_known'),
        ),
        migrations.AddConstraint(
            model_name='ledgeraccount',
            constraint=models.CheckConstraint(condition=models.Q(('bucket', 'source'), ('amount__gte', 0), _connector='OR'), name='ledgeraccount_not_overdrawn'),
        ),
        migrations.AddIndex(
            model_name='job',
            index=models.Index(fields=['award', 'state'], name='job_by_award'),
        ),
        migrations.AddIndex(
            model_name='job',
            index=models.Index(condition=models.Q(('settled_at__isnull', True)), fields=['state'], name='job_unsettled'),
        ),
        migrations.AddIndex(
            model_name='job',
            index=models.Index(condition=models.Q(('cleared_at__isnull', True)), fields=['ended_at'], name='job_uncleared'),
        ),
        migrations.AddIndex(
            model_name='job',
            index=models.Index(condition=models.Q(('steering__gt', models.F('steered'))), fields=['state'], name='job_unsteered'),
        ),
        migrations.AddConstraint(
            model_name='job',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['accepted', 'waiting', 'running', 'succeeded', 'failed', 'cancelled', 'timed_out', 'lost', 'refused'])), name='job_state_known'),
        ),
        migrations.AddConstraint(
            model_name='job',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['cancelled', 'failed', 'lost', 'refused', 'succeeded', 'timed_out']), ('ended_at__isnull', False)), models.Q(models.Q(('state__in', ['cancelled', 'failed', 'lost', 'refused', 'succeeded', 'timed_out']), _negated=True), ('ended_at__isnull', True)), _connector='OR'), name='job_ended_has_time'),
        ),
        migrations.AddConstraint(
            model_name='job',
            constraint=models.CheckConstraint(condition=models.Q(('held__gt', 0), ('wall_seconds__gt', 0), ('cores__gte', 1)), name='job_asks_for_something'),
        ),
        migrations.AddConstraint(
            model_name='job',
            constraint=models.CheckConstraint(condition=models.Q(('settled_at__isnull', True), ('ended_at__isnull', False), _connector='OR'), name='job_settled_after_end'),
        ),
        migrations.AddConstraint(
            model_name='job',
            constraint=models.CheckConstraint(condition=models.Q(('cleared_at__isnull', True), ('settled_at__isnull', False), _connector='OR'), name='job_cleared_after_settling'),
        ),
        migrations.AddConstraint(
            model_name='job',
            constraint=models.UniqueConstraint(fields=('array', 'array_index'), name='job_array_index_once'),
        ),
        migrations.AddConstraint(
            model_name='job',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('array__isnull', True), ('array_count', 1), ('array_index__isnull', True)), models.Q(('array__isnull', False), ('array_index__lt', models.F('array_count'))), _connector='OR'), name='job_array_numbered'),
        ),
        migrations.AddConstraint(
            model_name='job',
            constraint=models.CheckConstraint(condition=models.Q(('priority__range', (-1000, 1000))), name='job_priority_within_bounds'),
        ),
        migrations.AddConstraint(
            model_name='job',
            constraint=models.CheckConstraint(condition=models.Q(('idle_need', ''), models.Q(('idle_need__in', [madang.portal.jobs.rules.Need['SOON'], madang.portal.jobs.rules.Need['UNSEEN'], madang.portal.jobs.rules.Need['WAITS']]), ('idle_until__isnull', False)), _connector='OR'), name='job_idle_need_known'),
        ),
        migrations.AddConstraint(
            model_name='job',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('idle_until__isnull', False), _negated=True), ('idle_since__isnull', False), _connector='OR'), name='job_idle_told_before_it_stops'),
        ),
        migrations.AddConstraint(
            model_name='job',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('idle_stopped_at__isnull', False), _negated=True), models.Q(('idle_until__isnull', False), ('cancel_asked_at__isnull', False)), _connector='OR'), name='job_idle_stopped_when_due'),
        ),
        migrations.AddConstraint(
            model_name='dayuse',
            constraint=models.UniqueConstraint(fields=('day', 'pool', 'award'), name='dayuse_once'),
        ),
        migrations.AddConstraint(
            model_name='budgetalert',
            constraint=models.UniqueConstraint(fields=('award', 'pool', 'month', 'share'), name='budgetalert_once'),
        ),
        migrations.AddConstraint(
            model_name='budgetalert',
            constraint=models.CheckConstraint(condition=models.Q(('share__gte', 1), ('share__lte', 100)), name='budgetalert_share'),
        ),
        migrations.AddConstraint(
            model_name='poolmonth',
            constraint=models.UniqueConstraint(fields=('pool', 'month'), name='poolmonth_once'),
        ),
        migrations.AddConstraint(
            model_name='poolmonth',
            constraint=models.CheckConstraint(condition=models.Q(('funded__lte', models.F('physical'))), name='poolmonth_funded_within_physical'),
        ),
        migrations.AddConstraint(
            model_name='poolmonth',
            constraint=models.CheckConstraint(condition=models.Q(('committed__lte', models.F('funded'))), name='poolmonth_committed_within_funded'),
        ),
        migrations.AddConstraint(
            model_name='poolmonth',
            constraint=models.CheckConstraint(condition=models.Q(('month__regex', '^[0-9]{4}-(0[1-9]|1[0-2])$')), name='poolmonth_month_written'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(('grain__in', ['month', 'hour'])), name='product_grain_known'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(('units__gte', 1)), name='product_units_from_one'),
        ),
        migrations.AddConstraint(
            model_name='awardline',
            constraint=models.UniqueConstraint(fields=('award', 'product'), name='awardline_product_once'),
        ),
        migrations.AddConstraint(
            model_name='awardline',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gte', 1), ('quantity__lte', models.F('asked')), ('months__gte', 1), ('seconds__gt', 0)), name='awardline_within_asked'),
        ),
        migrations.AddConstraint(
            model_name='ask',
            constraint=models.UniqueConstraint(fields=('application', 'product'), name='ask_product_once'),
        ),
        migrations.AddConstraint(
            model_name='ask',
            constraint=models.CheckConstraint(condition=models.Q(('least__gte', 1), ('quantity__gte', models.F('least')), ('months__gte', 1)), name='ask_least_within_quantity'),
        ),
        migrations.AddIndex(
            model_name='receipt',
            index=models.Index(condition=models.Q(('left__gt', 0)), fields=['paid_on'], name='receipt_with_rest'),
        ),
        migrations.AddConstraint(
            model_name='receipt',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='receipt_amount_above_zero'),
        ),
        migrations.AddConstraint(
            model_name='receipt',
            constraint=models.CheckConstraint(condition=models.Q(('left__gte', 0), ('left__lte', models.F('amount'))), name='receipt_left_within'),
        ),
        migrations.AddConstraint(
            model_name='region',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gt', models.F('starts_on')), _connector='OR'), name='region_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='region',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ends_on__isnull', False), ('successor__isnull', False)), models.Q(models.Q(('ends_on__isnull', False), _negated=True), ('successor__isnull', True)), _connector='OR'), name='region_ended_has_successor'),
        ),
        migrations.AddConstraint(
            model_name='organisation',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['company', 'university', 'research_institute', 'public_body'])), name='organisation_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='organisation',
            constraint=models.CheckConstraint(condition=models.Q(('size_class__in', ['micro', 'small', 'medium', 'mid_sized', 'large', 'none'])), name='organisation_size_class_known'),
        ),
        migrations.AddConstraint(
            model_name='organisation',
            constraint=models.CheckConstraint(condition=models.Q(('registration_number__regex', '^[0-9]{10}$')), name='organisation_number_ten_digits'),
        ),
        migrations.AddConstraint(
            model_name='reportedfigure',
            constraint=models.UniqueConstraint(fields=('call', 'measure', 'kind', 'source'), name='reportedfigure_once'),
        ),
        migrations.AddConstraint(
            model_name='reportedfigure',
            constraint=models.CheckConstraint(condition=models.Q(('measure__in', ['applications', 'awards', 'gpus_asked', 'gpus_given'])), name='reportedfigure_measure_known'),
        ),
        migrations.AddConstraint(
            model_name='criterionpoints',
            constraint=models.UniqueConstraint(fields=('assignment', 'criterion'), name='criterionpoints_once'),
        ),
        migrations.AddIndex(
            model_name='reviewassignment',
            index=models.Index(fields=['reviewer', 'state'], name='assignment_by_reviewer'),
        ),
        migrations.AddConstraint(
            model_name='reviewassignment',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['assigned', 'submitted', 'declined', 'recused', 'withdrawn'])), name='reviewassignment_state_known'),
        ),
        migrations.AddConstraint(
            model_name='reviewassignment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('state', 'assigned'), _negated=True), ('ended_at__isnull', False)), models.Q(('state', 'assigned'), ('ended_at__isnull', True)), _connector='OR'), name='reviewassignment_ended_has_time'),
        ),
        migrations.AddConstraint(
            model_name='reviewassignment',
            constraint=models.UniqueConstraint(fields=('application', 'reviewer'), name='reviewassignment_once'),
        ),
        migrations.AddConstraint(
            model_name='declaredinterest',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['same_organisation', 'member', 'relative', 'advice', 'financial', 'other'])), name='declaredinterest_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='declaredinterest',
            constraint=models.UniqueConstraint(fields=('reviewer', 'organisation', 'kind'), name='declaredinterest_once'),
        ),
        migrations.AddConstraint(
            model_name='affiliation',
            constraint=models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gt', models.F('since')), _connector='OR'), name='affiliation_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='sharesetting',
            constraint=models.CheckConstraint(condition=models.Q(('borrowing__in', ['none', 'borrow', 'reclaim'])), name='sharesetting_borrowing_known'),
        ),
        migrations.AddConstraint(
            model_name='staffrole',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['screening_officer', 'programme_manager', 'approver', 'operator', 'auditor'])), name='staffrole_role_known'),
        ),
        migrations.AddConstraint(
            model_name='staffrole',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('person', 'role'), name='staffrole_once'),
        ),
        migrations.AddConstraint(
            model_name='statement',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'issued'])), name='statement_state_known'),
        ),
        migrations.AddConstraint(
            model_name='statement',
            constraint=models.UniqueConstraint(fields=('organisation', 'month'), name='statement_once_a_month'),
        ),
        migrations.AddConstraint(
            model_name='statement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'issued'), ('issued_at__isnull', False), ('number__isnull', False), ('due_on__isnull', False)), models.Q(models.Q(('state', 'issued'), _negated=True), ('issued_at__isnull', True), ('number__isnull', True), ('due_on__isnull', True)), _connector='OR'), name='statement_issued_has_number'),
        ),
        migrations.AddConstraint(
            model_name='statement',
            constraint=models.CheckConstraint(condition=models.Q(('due__gte', 0), ('list_price__gte', 0)), name='statement_amounts_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='statement',
            constraint=models.CheckConstraint(condition=models.Q(('due', django.db.models.expressions.CombinedExpression(models.F('list_price'), '-', models.F('discount')))), name='statement_due_after_discount'),
        ),
        migrations.AddConstraint(
            model_name='statement',
            constraint=models.CheckConstraint(condition=models.Q(('subsidy', django.db.models.expressions.CombinedExpression(models.F('reference'), '-', models.F('due')))), name='statement_subsidy_is_support'),
        ),
        migrations.AddConstraint(
            model_name='statement',
            constraint=models.CheckConstraint(condition=models.Q(('payable', django.db.models.expressions.CombinedExpression(models.F('supply'), '+', models.F('vat')))), name='statement_payable_with_vat'),
        ),
        migrations.AddConstraint(
            model_name='statement',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'draft'), ('faults', 0), _connector='OR'), name='statement_issued_without_fault'),
        ),
        migrations.AddConstraint(
            model_name='received',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gte', 0)), name='received_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='posting',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['match', 'credit', 'refund'])), name='posting_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='posting',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'match'), ('receipt__isnull', False), ('found__isnull', False)), models.Q(models.Q(('kind', 'match'), _negated=True), ('receipt__isnull', True), ('found__isnull', True)), _connector='OR'), name='posting_match_has_receipt'),
        ),
        migrations.AddConstraint(
            model_name='posting',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'credit'), ('other__isnull', False)), models.Q(models.Q(('kind', 'credit'), _negated=True), ('other__isnull', True)), _connector='OR'), name='posting_credit_has_other'),
        ),
        migrations.AddConstraint(
            model_name='posting',
            constraint=models.CheckConstraint(condition=models.Q(('amount', 0), _negated=True), name='posting_amount_not_nought'),
        ),
        migrations.AddConstraint(
            model_name='posting',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'match'), _negated=True), models.Q(('amount__gt', 0), ('reverses__isnull', True)), models.Q(('amount__lt', 0), ('reverses__isnull', False)), _connector='OR'), name='posting_match_or_reversal'),
        ),
        migrations.AddConstraint(
            model_name='posting',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'refund'), _negated=True), models.Q(('amount__lt', 0), models.Q(('document_number', ''), _negated=True)), _connector='OR'), name='posting_refund_approved'),
        ),
        migrations.AddConstraint(
            model_name='posting',
            constraint=models.CheckConstraint(condition=models.Q(('kind', 'match'), ('reverses__isnull', True), _connector='OR'), name='posting_match_undone'),
        ),
        migrations.AddConstraint(
            model_name='posting',
            constraint=models.CheckConstraint(condition=models.Q(('other', models.F('statement')), _negated=True), name='posting_between_two'),
        ),
        migrations.AddConstraint(
            model_name='chase',
            constraint=models.UniqueConstraint(fields=('statement', 'stage'), name='chase_once_a_stage'),
        ),
        migrations.AddConstraint(
            model_name='chase',
            constraint=models.CheckConstraint(condition=models.Q(('owed__gt', 0)), name='chase_of_what_is_owed'),
        ),
        migrations.AddConstraint(
            model_name='signedpaper',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'confirmed', 'refused'])), name='signedpaper_state_known'),
        ),
        migrations.AddConstraint(
            model_name='signedpaper',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('state', 'waiting'), _negated=True), ('checked_by__isnull', False), ('checked_at__isnull', False)), models.Q(('state', 'waiting'), ('checked_by__isnull', True), ('checked_at__isnull', True)), _connector='OR'), name='signedpaper_checked_by_whom'),
        ),
        migrations.AddConstraint(
            model_name='signedpaper',
            constraint=models.CheckConstraint(condition=models.Q(('checked_by__isnull', True), models.Q(('checked_by', models.F('uploaded_by')), _negated=True), _connector='OR'), name='signedpaper_two_people'),
        ),
        migrations.AddConstraint(
            model_name='signedpaper',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('agreement',), name='signedpaper_one_waiting'),
        ),
        migrations.AddConstraint(
            model_name='signature',
            constraint=models.CheckConstraint(condition=models.Q(('side__in', ['body', 'user'])), name='signature_side_known'),
        ),
        migrations.AddConstraint(
            model_name='signature',
            constraint=models.CheckConstraint(condition=models.Q(('method__in', ['click', 'signed_file'])), name='signature_method_known'),
        ),
        migrations.AddConstraint(
            model_name='signature',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('method', 'signed_file'), ('checked_by__isnull', False)), models.Q(models.Q(('method', 'signed_file'), _negated=True), ('checked_by__isnull', True)), _connector='OR'), name='signature_file_checked'),
        ),
        migrations.AddConstraint(
            model_name='signature',
            constraint=models.CheckConstraint(condition=models.Q(('file__isnull', True), ('method', 'signed_file'), _connector='OR'), name='signature_file_of_a_paper'),
        ),
        migrations.AddConstraint(
            model_name='signature',
            constraint=models.UniqueConstraint(fields=('agreement', 'side'), name='signature_one_a_side'),
        ),
        migrations.AddIndex(
            model_name='screeningquestion',
            index=models.Index(fields=['answered_at'], name='screeningquestion_by_answer'),
        ),
        migrations.AddConstraint(
            model_name='screeningquestion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', False), ('answer__isnull', False), ('answered_by__isnull', False)), models.Q(models.Q(('answered_at__isnull', False), _negated=True), ('answer__isnull', True), ('answered_by__isnull', True)), _connector='OR'), name='screeningquestion_answered_whole'),
        ),
        migrations.AddConstraint(
            model_name='screeningquestion',
            constraint=models.CheckConstraint(condition=models.Q(('answer_file__isnull', True), ('answered_at__isnull', False), _connector='OR'), name='screeningquestion_file_of_an_answer'),
        ),
        migrations.AddConstraint(
            model_name='receiptfile',
            constraint=models.UniqueConstraint(fields=('bank', 'file'), name='receiptfile_once'),
        ),
        migrations.AddConstraint(
            model_name='jobfile',
            constraint=models.UniqueConstraint(fields=('job', 'path'), name='jobfile_path_once'),
        ),
        migrations.AddConstraint(
            model_name='environment',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['prepared', 'built'])), name='environment_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='environment',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['building', 'ready', 'failed', 'withdrawn'])), name='environment_state_known'),
        ),
        migrations.AddConstraint(
            model_name='environment',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['building', 'ready'])), fields=('code',), name='environment_code_once'),
        ),
        migrations.AddConstraint(
            model_name='environment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', madang.portal.environments.rules.Kind['BUILT']), ('organisation__isnull', False), ('lock__isnull', False)), models.Q(models.Q(('kind', madang.portal.environments.rules.Kind['BUILT']), _negated=True), ('organisation__isnull', True), ('lock__isnull', True)), _connector='OR'), name='environment_built_of_lock'),
        ),
        migrations.AddConstraint(
            model_name='environment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', madang.portal.environments.rules.State['WITHDRAWN']), ('withdrawn_at__isnull', False)), models.Q(models.Q(('state', madang.portal.environments.rules.State['WITHDRAWN']), _negated=True), ('withdrawn_at__isnull', True)), _connector='OR'), name='environment_withdrawn_has_time'),
        ),
        migrations.AddConstraint(
            model_name='environment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('folder', ''), ('kind', madang.portal.environments.rules.Kind['BUILT'])), models.Q(('kind', madang.portal.environments.rules.Kind['PREPARED']), models.Q(('folder', ''), _negated=True)), _connector='OR'), name='environment_prepared_in_folder'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.UniqueConstraint(fields=('application', 'number'), name='submission_number_once'),
        ),
        migrations.AddConstraint(
            model_name='tariff',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['reserved', 'used'])), name='tariff_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='tariff',
            constraint=models.CheckConstraint(condition=models.Q(('vat__in', ['none', 'included', 'added'])), name='tariff_vat_known'),
        ),
        migrations.AddConstraint(
            model_name='tariff',
            constraint=models.CheckConstraint(condition=models.Q(('price__gte', 0), ('reference_price__gte', 0)), name='tariff_prices_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='tariff',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gt', models.F('starts_on')), _connector='OR'), name='tariff_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='tariff',
            constraint=models.CheckConstraint(condition=models.Q(('approved_by__isnull', True), models.Q(('approved_by', models.F('drafted_by')), _negated=True), _connector='OR'), name='tariff_by_two_people'),
        ),
        migrations.AddConstraint(
            model_name='tariff',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('approved_at__isnull', False), ('approved_by__isnull', False)), models.Q(models.Q(('approved_at__isnull', False), _negated=True), ('approved_by__isnull', True)), _connector='OR'), name='tariff_approved_whole'),
        ),
        migrations.AddConstraint(
            model_name='tariff',
            constraint=models.UniqueConstraint(condition=models.Q(('approved_at__isnull', False)), fields=('product', 'kind', 'starts_on'), name='tariff_one_a_day'),
        ),
        migrations.AddConstraint(
            model_name='statementline',
            constraint=models.UniqueConstraint(fields=('statement', 'award', 'product', 'first_day'), name='statementline_once'),
        ),
        migrations.AddConstraint(
            model_name='statementline',
            constraint=models.CheckConstraint(condition=models.Q(('last_day__gte', models.F('first_day'))), name='statementline_days_in_order'),
        ),
        migrations.AddConstraint(
            model_name='statementline',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gt', 0), ('due__gte', 0)), name='statementline_amounts'),
        ),
        migrations.AddConstraint(
            model_name='statementline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('fault', ''), ('tariff__isnull', False)), models.Q(models.Q(('fault', ''), _negated=True), ('tariff__isnull', True)), _connector='OR'), name='statementline_priced_or_fault'),
        ),
        migrations.AddConstraint(
            model_name='track',
            constraint=models.CheckConstraint(condition=models.Q(('stacking__in', ['best', 'add', 'multiply'])), name='track_stacking_known'),
        ),
        migrations.AddConstraint(
            model_name='track',
            constraint=models.CheckConstraint(condition=models.Q(('conflict_rules__in', ['korean', 'international'])), name='track_conflict_rules_known'),
        ),
        migrations.AddConstraint(
            model_name='track',
            constraint=models.CheckConstraint(condition=models.Q(('score_rule__in', ['mean', 'trimmed'])), name='track_score_rule_known'),
        ),
        migrations.AddConstraint(
            model_name='track',
            constraint=models.UniqueConstraint(fields=('call', 'code'), name='track_code_once'),
        ),
        migrations.AddConstraint(
            model_name='track',
            constraint=models.CheckConstraint(condition=models.Q(('last_month__gte', models.F('first_month'))), name='track_months_in_order'),
        ),
        migrations.AddConstraint(
            model_name='track',
            constraint=models.CheckConstraint(condition=models.Q(('reviews_wanted__gte', 1)), name='track_reviews_from_one'),
        ),
        migrations.AddConstraint(
            model_name='section',
            constraint=models.UniqueConstraint(fields=('track', 'code'), name='section_code_once'),
        ),
        migrations.AddConstraint(
            model_name='evidencekind',
            constraint=models.UniqueConstraint(fields=('track', 'code'), name='evidencekind_code_once'),
        ),
        migrations.AddConstraint(
            model_name='eligibilityrule',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['organisation_kind', 'region', 'outside_capital', 'age_at_most', 'running_awards_at_most', 'no_overdue_report', 'one_per_organisation'])), name='eligibilityrule_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='eligibilityrule',
            constraint=models.CheckConstraint(condition=models.Q(('reference_date__in', ['announcement', 'deadline', 'award'])), name='eligibilityrule_reference_date_known'),
        ),
        migrations.AddConstraint(
            model_name='criterion',
            constraint=models.UniqueConstraint(fields=('track', 'code'), name='criterion_code_once'),
        ),
        migrations.AddConstraint(
            model_name='criterion',
            constraint=models.CheckConstraint(condition=models.Q(('points__gte', 1), ('minimum_points__lte', models.F('points'))), name='criterion_minimum_within_points'),
        ),
        migrations.AddIndex(
            model_name='application',
            index=models.Index(fields=['intake', 'state'], name='application_by_intake'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'submitted', 'reopened', 'withdrawn', 'eligible', 'ineligible'])), name='application_state_known'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.UniqueConstraint(condition=models.Q(('exclusive', True), models.Q(('state', 'withdrawn'), _negated=True)), fields=('intake', 'track', 'organisation'), name='application_only_one'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['eligible', 'ineligible']), ('screened_by__isnull', False), ('screened_at__isnull', False)), models.Q(models.Q(('state__in', ['eligible', 'ineligible']), _negated=True), ('screened_by__isnull', True), ('screened_at__isnull', True)), _connector='OR'), name='application_screened_by_whom'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'withdrawn']), models.Q(('number__isnull', False), ('submitted_at__isnull', False), ('in_force__isnull', False)), _connector='OR'), name='application_submitted_has_number'),
        ),
        migrations.AddConstraint(
            model_name='trackconsent',
            constraint=models.UniqueConstraint(fields=('track', 'text'), name='trackconsent_once'),
        ),
        migrations.AddConstraint(
            model_name='trackproduct',
            constraint=models.UniqueConstraint(fields=('track', 'product'), name='trackproduct_once'),
        ),
        migrations.AddConstraint(
            model_name='trackproduct',
            constraint=models.CheckConstraint(condition=models.Q(('minimum__gte', 1), ('maximum__gte', models.F('minimum'))), name='trackproduct_range'),
        ),
        migrations.AddConstraint(
            model_name='trial',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['plan', 'bench'])), name='trial_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='trial',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'done', 'failed', 'stopped'])), name='trial_state_known'),
        ),
        migrations.AddConstraint(
            model_name='trial',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'plan'), ('plan__isnull', False)), models.Q(models.Q(('kind', 'plan'), _negated=True), ('plan__isnull', True)), _connector='OR'), name='trial_of_a_plan'),
        ),
        migrations.AddConstraint(
            model_name='trial',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'done'), ('result__isnull', False)), models.Q(models.Q(('state', 'done'), _negated=True), ('result__isnull', True)), _connector='OR'), name='trial_done_has_result'),
        ),
        migrations.AddConstraint(
            model_name='trial',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('state', 'waiting'), _negated=True), ('ended_at__isnull', False)), models.Q(('state', 'waiting'), ('ended_at__isnull', True)), _connector='OR'), name='trial_ended_has_time'),
        ),
        migrations.AddConstraint(
            model_name='trial',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'plan'), ('state', 'waiting')), fields=('plan',), name='trial_one_a_plan_waits'),
        ),
        migrations.AddConstraint(
            model_name='unixuser',
            constraint=models.CheckConstraint(condition=models.Q(('name__regex', '^[a-z_][a-z0-9_.-]{0,31}$'), models.Q(('name', 'root'), _negated=True)), name='unixuser_name_fit'),
        ),
        migrations.AddConstraint(
            model_name='verdict',
            constraint=models.CheckConstraint(condition=models.Q(('attribute__in', ['young_firm', 'start_up', 'local_firm'])), name='verdict_attribute_known'),
        ),
        migrations.AddConstraint(
            model_name='verdict',
            constraint=models.CheckConstraint(condition=models.Q(('valid_until__gt', models.F('valid_from'))), name='verdict_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='verdict',
            constraint=models.UniqueConstraint(fields=('organisation', 'attribute', 'valid_from'), name='verdict_once_a_day'),
        ),
    ]
