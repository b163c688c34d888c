import pytest, traceback
from portal.test_hostile_pages import *
NASTY=["\x00",str(10**30),"9999-12-31","0001-01-01","\u00b2","9999-12-31T23:59","0001-01-01T00:00", "0000-01","9999-12", "<script>alert(1)</script>","=1+1\r\nBcc: x@y", "99999999999"]
def test_audit(client, world):
    posted = forms(client, world, [all_powerful(world), world.people["assigned"]])
    seen={}
    f=open("/tmp/audit_pg.txt","w")
    client.force_login(StaffRole.objects.order_by("-pk")[0].person)
    n=0
    from django.test import Client
    c2=Client(); c2.force_login(world.people["assigned"])
    for form in posted:
        if form.url.startswith(("/log-out","/me/erase")): continue
        for name in form.fields:
            if name in("csrfmiddlewaretoken","idempotency_key"): continue
            for bad in NASTY:
                data=form.filled(); data[name]=bad; data.pop("idempotency_key",None)
                n+=1
                try:
                    r=undone(lambda: (c2 if form.url.startswith("/reviews/") else client).post(form.url,data))
                    if r.status_code>=500: f.write(f"{r.status_code} {form.url} {name}={bad[:20]!r}\n")
                except Exception as e:
                    tb=traceback.extract_tb(e.__traceback__)
                    own=[x for x in tb if "/madang/" in x.filename]
                    k=(form.url.split("?")[0],name,type(e).__name__, own[-1].filename[-40:] if own else "",own[-1].lineno if own else 0)
                    if k not in seen:
                        seen[k]=1; f.write(f"EXC {k} {bad[:20]!r} {str(e)[:100]}\n"); f.flush()
    f.write(f"{n} posts, {len(posted)} forms\n")
