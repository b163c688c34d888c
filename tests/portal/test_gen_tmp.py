import re, pytest
from django.db import transaction
from django.urls import get_resolver, reverse
from factories import NOW
from portal.access_world import PEOPLE, make_world
from portal.test_strangers import ROUTES

@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)

def letter(a):
    s=a.status_code
    if s==302: return "L" if a.headers["Location"].startswith("/log-in/") else "m"
    return {200:"o",201:"o",204:"o",404:"n",405:"x",403:"f",409:"r",422:"r",503:"u",401:"a",400:"b"}.get(s,"!")

@pytest.mark.django_db
def test_gen(client):
    w=make_world()
    out=open("/tmp/table.txt","w")
    for route,name in ROUTES:
        kw=w.places.get(name)
        names=re.findall(r"<(?:\w+:)?(\w+)>",route)
        if names and kw is None:
            url="/"+re.sub(r"<(?:(\w+):)?\w+>","nothing",route)
        else:
            url=reverse(name,kwargs=kw)if names else "/"+route
        row=[]
        for verb in ("get","post"):
            cells=""
            for p in PEOPLE:
                client.logout()
                if w.people[p]: client.force_login(w.people[p])
                try:
                    with transaction.atomic():
                        try: cells+=letter(getattr(client,verb)(url))
                        except Exception as e:
                            cells+="!"; out.write(f"# {verb} {name} {p} {type(e).__name__} {e}\n")
                        transaction.set_rollback(True)
                except Exception as e:
                    pass
            row.append(cells)
        out.write(f"{name:28} {row[0]} {row[1]} {url if names and kw is None else ''}\n")
    out.close()
