"""The rows of access_pages and access_operations for training and the camp."""

PAGES = """
figures-year-sums        oooooooooooo oooooooooooo
figures-year-parquet     nnnnnnnnnnnn nnnnnnnnnnnn
transfer-rates           oooooooooooo oooooooooooo
staff-transfer-rates     Lnnnnnnooooo Lnnnnnnorooo
transfer-rate-end        Lnnnnnnnonnn Lnnnnnnnrnnn
transfer-new             Lnnonnnnnnnn Lnnrnnnnnnnn
transfers                Lnnnnnnooooo Lnnnnnnooooo
transfers-file           Lnnnnnnooooo Lnnnnnnooooo
supplement-trial         Lnnnnnnooooo Lnnnnnnooooo
transfer                 Lnoonnnooooo Lnoonnnooooo
suppliers                Lnnnnnnooooo Lnnnnnnooooo
expenses                 Lnnnnnnooooo Lnnnnnnooooo
expense-new              Lnnnnnnnonnn Lnnnnnnnrnnn
expense-sheet            Lnnnnnnooooo Lnnnnnnooooo
expense-line-remove      Lnnnnnnnxnnn Lnnnnnnnmnnn
supplier-new             Lnnnnnnnonnn Lnnnnnnnrnnn
supply-contract-new      Lnnnnnnnonnn Lnnnnnnnrnnn
supplier-statement-new   Lnnnnnnnonnn Lnnnnnnnrnnn
supplier-statement       Lnnnnnnooooo Lnnnnnnooooo
supplier-statement-file  Lnnnnnnooooo Lnnnnnnooooo
camp                     oooooooooooo oooooooooooo
tenant-call              oooooooooooo oooooooooooo
tenant-bid-new           Lononnnnnnnn Lononnnnnnnn
tenant-bid               Lnoonnnooooo Lnoonnnooooo
tenant-bid-do            Lnnnnnnoonnn Lnnnnnnrrnnn
tenant-bid-select        Lnnnnnnnonnn Lnnnnnnnonnn
tenant-calls             Lnnnnnnooooo Lnnnnnnooooo
tenant-call-new          Lnnnnnnnonnn Lnnnnnnnonnn
tenant-call-edit         Lnnnnnnnonnn Lnnnnnnnrnnn
tenant-call-do           Lnnnnnnnonnn Lnnnnnnnrnnn
camp-spaces              Lnnnnnnooooo Lnnnnnnooooo
camp-space-new           Lnnnnnnoonnn Lnnnnnnoonnn
camp-space-edit          Lnnnnnnoonnn Lnnnnnnrrnnn
camp-spaces-file         Lnnnnnnooooo Lnnnnnnooooo
camp-spaces-bring-in     Lnnnnnnoonnn Lnnnnnnoonnn
camp-spaces-look         Lnnnnnnoonnn Lnnnnnnmmnnn
house-notices            Lnnnnnnooooo Lnnnnnnooooo
house-notice-new         Lnnnnnnoonnn Lnnnnnnoonnn
house-notice-take-down   Lnnnnnnoonnn Lnnnnnnmmnnn
tenancies                Looooooooooo Looooooooooo
tenancy                  Lnoonnnooooo Lnoonnnooooo
tenancy-do               Lnnonnnoonnn Lnnonnnoonnn
tenancy-part             Lnnnnnnoonnn Lnnnnnnmmnnn
tenancy-new              Lnnnnnnnonnn Lnnnnnnnonnn
tenancy-texts            Lnnnnnnooooo Lnnnnnnooooo
camp-access              Lnnnnnnooooo Lnnnnnnooooo
camp-access-file         Lnnnnnnooooo Lnnnnnnrrrrr
visitor-came             xxxxxxxxxxxx Lnnnnnnmmnnn
month-report             Lnoonnnooooo Lnoonnnooooo
upkeep                   Lnoonnnooooo Lnoonnnooooo
upkeep-new               Lnoonnnnnnnn Lnoonnnnnnnn
upkeep-list              Lnnnnnnooooo Lnnnnnnooooo
courses                  oooooooooooo oooooooooooo
cohort                   oooooooooooo oooooooooooo
certificate              oooooooooooo oooooooooooo
staff-courses            Lnnnnnnooooo Lnnnnnnooooo
course-new               Lnnnnnnoonnn Lnnnnnnrrnnn
course-edit              Lnnnnnnoonnn Lnnnnnnrrnnn
cohort-new               Lnnnnnnoonnn Lnnnnnnrrnnn
staff-cohort             Lnnnnnnooooo Lnnnnnnooooo
cohort-act               Lnnnnnnoonnn Lnnnnnnmmnnn
teacher-end              Lnnnnnnoonnn Lnnnnnnmmnnn
learning                 Looooooooooo Looooooooooo
learner-apply            Looooooooooo Lrrrrrrrrrrr
learner                  Lnoonnnooooo Lnoonnnooooo
learner-leave            Lnnonnnoonnn Lnnmnnnrrnnn
learner-name             Lnnonnnnnnnn Lnnmnnnnnnnn
learner-code             Lnnonnnnnnnn Lnnrnnnnnnnn
placement-new            Lnnnnnnoonnn Lnnnnnnrrnnn
guardian-consent         Lnnnnnnoonnn Lnnnnnnrrnnn
learner-points           Lnnnnnnoonnn Lnnnnnnmmnnn
cohort-learners          Lnnnnnnooooo Lnnnnnnooooo
progress-new             Lnnnnnnoonnn Lnnnnnnoonnn
progress-look            Lnnnnnnoonnn Lnnnnnnmmnnn
cohort-select            Lnnnnnnoonnn Lnnnnnnrrnnn
placements               Lnnnnnnooooo Lnnnnnnooooo
placement-decide         Lnnnnnnoonnn Lnnnnnnmmnnn
class                    Lnonnnnooooo Lnonnnnooooo
lesson-new               Lnnnnnnoonnn Lnnnnnnrrnnn
lesson                   Lnonnnnooooo Lnonnnnooooo
lesson-open              Lnonnnnoonnn Lnmnnnnmmnnn
lesson-cancel            Lnnnnnnoonnn Lnnnnnnrrnnn
presence                 Lnonnnnoonnn Lnrnnnnrrnnn
coursework               Lnonnnnooooo Lnonnnnooooo
coursework-new           Lnonnnnoonnn Lnrnnnnrrnnn
coursework-marks         Lnonnnnooooo Lnrnnnnrrooo
coursework-edit          Lnonnnnoonnn Lnrnnnnrrnnn
coursework-drop          Lnonnnnoonnn Lnmnnnnmmnnn
marks-new                Lnonnnnoonnn Lnonnnnoonnn
marks-look               Lnonnnnoonnn Lnmnnnnmmnnn
cohort-aid               Lnnnnnnooooo Lnnnnnnooooo
aid-list                 Lnnnnnnooooo Lnnnnnnooooo
aid-file                 Lnnnnnnooooo Lnnnnnnrrrrr
cohort-wage-aid          Lnnnnnnooooo Lnnnnnnooooo
wage-claims              Looooooooooo Looooooooooo
wage-claim-new           Lnoonnnnnnnn Lnrrnnnnnnnn
wage-claim               Lnoonnnooooo Lnnnnnnrrnnn
wage-claim-file          Lnoonnnooooo Lnoonnnooooo
wage-month-strike        Lnnnnnnoonnn Lnnnnnnmmnnn
certificates-issue       Lnnnnnnoonnn Lnnnnnnrrnnn
certificate-revoke       Lnnnnnnoonnn Lnnnnnnrrnnn
"""

OPERATIONS = """
try_supplement_rule      annnnnnooooo
list_transfer_rates      oooooooooooo
create_transfer_rate     annnnnnrorrr
end_transfer_rate        annnnnnrorrr
list_transfers           aooooooooooo
preview_transfer         anronnnrrrrr
ask_transfer             anronnnrrrrr
get_transfer             anoonnnooooo
approve_transfer         annnnnnrorrr
refuse_transfer          annnnnnrorrr
withdraw_transfer        anronnnrrrrr
list_camp_spaces         oooooooooooo
put_camp_space           annnnnnoorrr
bring_in_camp_spaces     annnnnnoorrr
list_tenant_calls        oooooooooooo
put_tenant_call          annnnnnrorrr
publish_tenant_call      annnnnnrrrrr
finish_tenant_call       annnnnnrrrrr
hand_in_bid              arrrrrrrrrrr
list_tenant_bids         aooooooooooo
withdraw_bid             anronnnrrrrr
give_bid_points          annnnnnoorrr
decide_bid               annnnnnrorrr
select_bid               annnnnnrorrr
list_house_notices       annnnnnooooo
put_up_house_notice      annnnnnoorrr
take_down_house_notice   annnnnnoorrr
list_tenancies           aooooooooooo
offer_tenancy            annnnnnrorrr
get_tenancy              anoonnnooooo
sign_tenancy             anronnnrrrrr
decline_tenancy          anronnnrrrrr
drop_tenancy             annnnnnrorrr
end_tenancy              anronnnrorrr
ask_extension            anrrnnnrrrrr
decide_extension         annnnnnrorrr
add_check_out_item       annnnnnoorrr
finish_check_out         annnnnnrrrrr
list_residents           anoonnnooooo
add_resident             anronnnoorrr
list_camp_access         annnnnnooooo
announce_visitor         anronnnrrrrr
list_month_reports       anoonnnooooo
hand_in_month_report     anoonnnrrrrr
list_upkeep_requests     aooooooooooo
ask_upkeep               anoonnnrrrrr
move_upkeep              anrrnnnoorrr
list_cohorts             oooooooooooo
get_cohort               oooooooooooo
check_certificate        oooooooooooo
list_own_learning        aooooooooooo
apply_to_cohort          aooooooooooo
list_learners            anonnnnooooo
give_stage_points        annnnnnoorrr
bring_in_hours           annnnnnoorrr
leave_cohort             anronnnoorrr
tell_placement           anrnnnnoorrr
list_lessons             anonnnnooooo
enter_lesson_code        annonnnnnnnn
list_aid_terms           annnnnnooooo
set_aid_terms            annnnnnrorrr
list_aid_lists           annnnnnooooo
open_aid_month           annnnnnrorrr
get_aid_list             annnnnnooooo
draft_aid                annnnnnrrrrr
list_wage_terms          oooooooooooo
set_wage_terms           annnnnnrorrr
list_hired_graduates     aooooooooooo
list_wage_claims         aooooooooooo
claim_wage_aid           anrrnnnnnnnn
decide_wage_claim        annnnnnoorrr
strike_wage_month        annnnnnoorrr
list_own_aid             annonnnnnnnn
publish_cohort           annnnnnoorrr
select_learners          annnnnnrrrrr
list_placements          annnnnnooooo
decide_placement         annnnnnoorrr
issue_certificates       annnnnnrrrrr
plan_lessons             annnnnnoorrr
cancel_lesson            annnnnnrrrrr
list_coursework          anonnnnooooo
give_coursework          anonnnnoorrr
change_coursework        anonnnnoorrr
drop_coursework          anonnnnoorrr
mark_coursework          anonnnnoorrr
bring_in_coursework      anonnnnoorrr
list_own_coursework      annonnnnnnnn
invite_committee         annnnnnrrrrr
note_candidate_answer    annnnnnrorrr
list_own_invitations     aooooooooooo
answer_invitation        annnonnnnnnn
step_back                annnonnnnnnn
get_draw_record          oooooooooooo
agree_to_terms           annnonnnnnnn
review_file              annnonnnnnnn
recuse_review            annnonnnnnnn
decline_review           annnonnnnnnn
withdraw_review          annnnnnrorrr
signed_paper             anoonnnooooo
confirm_paper            annnnnnroorr
refuse_paper             annnnnnroorr
list_billed_months       annnnnnooooo
work_out_statements      annnnnnroror
issue_statements         annnnnnrorrr
submitted_file           anoonnnooooo
draft_tariff             annnnnnrorrr
list_all_tariffs         annnnnnooooo
list_versions            anoonnnooooo
get_submitted_version    anoonnnooooo
draw_up_anew             annnnnnrorrr
agreement_version        anoonnnooooo
list_own_messages        aooooooooooo
list_messages            annnnnnnnnoo
retry_message            annnnnnnnnor
list_people              annnnnnnnnoo
grant_role               annnnnnnnnor
end_role                 annnnnnnnnor
list_own_readings        aooooooooooo
list_organisation_readings annonnnnnnnn
list_estimate_quality    aooooooooooo
list_plan_trials         annnnnnooooo
simulate_plan            annnnnnroror
list_bench_trials        annnnnnnnnoo
simulate_quarter         annnnnnnnnrr
get_trial                annnnnnnnnoo
stop_trial               annnnnnnnnrr
trial_report             annnnnnnnnoo
"""
