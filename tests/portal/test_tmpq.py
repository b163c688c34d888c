from portal.test_query_counts import *
import json,os
def opened(client,count,url,x): 
    with CaptureQueriesContext(connection) as c: client.get(url)
    with open("/tmp/q_"+connection.vendor+".txt","a") as f:
        f.write(url+"\n"); [f.write("  "+q["sql"][:110].replace("\n"," ")+"\n") for q in c.captured_queries]
import portal.test_query_counts as m
m.opened=opened
