import re, json, pytest
from django.db import transaction
from factories import NOW
from portal.access_world import PEOPLE, make_world
from portal.api_calls import operations, sent

@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)

@pytest.mark.django_db
def test_gen(client):
    w=make_world()
    out=open("/tmp/apitable.txt","w")
    for verb,path,name in operations():
        cells=[]
        for p in PEOPLE:
            with transaction.atomic():
                try:
                    r=sent(client,w,p,verb,path,name); cells.append(str(r.status_code))
                    if p=="owner" and r.status_code>=400: out.write(f"# {name} {p} {r.content[:300]}\n")
                except Exception as e:
                    cells.append("500"); out.write(f"# {name} {p} {type(e).__name__} {e}\n")
                transaction.set_rollback(True)
        out.write(f"{name:24} {' '.join(cells)}\n")
    out.close()
