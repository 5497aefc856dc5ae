package crash_test

import (
	"fmt"
	"maps"
	"slices"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
)

// laws of the layout, over what there is at one revision.
func laws(now map[string]string) []string {
	l := keys.NewLayout(prefix)
	var entries []kv.Entry
	for _, key := range slices.Sorted(maps.Keys(now)) {
		entries = append(entries, kv.Entry{Key: key, Value: now[key]})
	}
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	once := map[string]string{}
	unique := func(what, value, who string) {
		if value == "" {
			return
		}
		if other, taken := once[what+" "+value]; taken {
			say("%s and %s have one %s: %s", other, who, what, value)
		}
		once[what+" "+value] = who
	}
	for _, o := range keys.Decode(l, entries, func(string) string { return "" }) {
		who, at := fmt.Sprint(o.Kind, " ", o.ID), map[string]string{}
		for _, f := range o.Fields {
			at[f.Name] = f.Value
		}
		if !o.Exists {
			say("%s has keys and does not exist: %s", who, o.Fields[0].Key)
		}
		for _, ref := range keys.LiveRefs(o, l) {
			if _, there := now[ref.Marker]; !there {
				say("%s refers to %s, which is not there", ref.Key, ref.Marker)
			}
		}
		switch o.Kind {
		case addr.Core, addr.Entry:
			unique("domain", at["domain"], who)
			unique("uuid", at["uuid"], who)
			if at["number"] != "" && at["cell"] != "" {
				unique("number of "+at["cell"], at["number"], who)
			}
			for _, f := range o.Fields {
				if f.Set == "links" {
					if other := prefix + "topology/links/" + f.Name[len("links."):] + "/" + o.ID; !has(now, other) {
						say("%s is a link in one direction", f.Key)
					}
				}
			}
		case addr.User:
			unique("username", at["username"], who)
		case addr.Device:
			unique("device", o.ID, who+" of "+o.Parent)
			if at["core"] != at["route.core_ip"] {
				say("the route of %s goes to %q, its core is %q", who, at["route.core_ip"], at["core"])
			}
			if (at["status"] == "active") != (at["route.status"] == "active") {
				say("the route of %s is %q, and it is %q", who, at["route.status"], at["status"])
			}
			if at["core"] != "" && !has(now, prefix+"users/"+o.Parent+"/core_nodes/"+at["core"]) {
				say("the core %s of %s is not one of its user's", at["core"], who)
			}
		}
	}
	return out
}

func has(now map[string]string, key string) bool { _, ok := now[key]; return ok }
