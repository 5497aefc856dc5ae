package crash_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/sigilgate/sigilform/internal/kv"
)

// idea is what one of the others is about to do to a network.
type idea struct {
	*rand.Rand
	now map[string]string
	// aim is what a run is about.
	aim aim
	id  string
	// gentle says that others are in nobody's way.
	gentle bool
}

// draw picks something that can be done to what there is.
func (i *idea) draw() (name string, ops []kv.Op) {
	if !i.gentle && len(i.aim.gives) > 0 && i.IntN(8) == 0 {
		return claiming, i.claimed()
	}
	all := i.all()
	if i.gentle {
		all = slices.DeleteFunc(all, func(t thought) bool { return !slices.Contains(gentleIdeas(), t.name) })
	}
	pick := all[i.IntN(len(all))]
	return pick.name, pick.do()
}

// gentleIdeas are in nobody's way.
func gentleIdeas() []string {
	return []string{"health", "rotation", "status", "right", "setting", "tls", "path", "declared", "key of their own"}
}

// thought is what others may come upon.
type thought struct {
	name string
	do   func() []kv.Op
}

func (i *idea) all() []thought {
	return []thought{
		{"health", i.health},
		{"rotation", i.rotation},
		{"status", i.status},
		{"right", i.right},
		{"right taken", i.rightTaken},
		{"credential", i.credential},
		{"joined Core", i.joined},
		{"joined Core left", i.left},
		{"setting", i.setting},
		{"setting taken", i.settingTaken},
		{"tls", i.tls},
		{"link", i.link},
		{"link cut", i.linkCut},
		{"binding", i.binding},
		{"path", i.path},
		{"path removed", i.pathRemoved},
		{"device", i.device},
		{"device moved", i.deviceMoved},
		{"device removed", i.deviceRemoved},
		{"user", i.user},
		{"user removed", i.userRemoved},
		{"node", i.node},
		{"node removed", i.nodeRemoved},
		{"cell", i.cell},
		{"cell removed", i.cellRemoved},
		{"declared", i.declared},
		{"key of their own", i.stray},
	}
}

func put(key, value string) kv.Op { return kv.Op{Kind: kv.Put, Key: prefix + key, Value: value} }
func del(key string) kv.Op        { return kv.Op{Kind: kv.Delete, Key: prefix + key} }
func delAll(key string) kv.Op     { return kv.Op{Kind: kv.DeletePrefix, Key: prefix + key} }

// below lists the identities whose keys are like "nodes/*/role", with a value
// where one is given; those that a plan is about to delete more often.
func (i *idea) below(before, after, value string) []string {
	var out, aimed []string
	for _, key := range slices.Sorted(maps.Keys(i.now)) {
		id, ok := strings.CutPrefix(key, prefix+before)
		if !ok {
			continue
		}
		id, ok = strings.CutSuffix(id, after)
		if !ok || value != "" && i.now[key] != value {
			continue
		}
		out = append(out, id)
		if slices.ContainsFunc(i.aim.deletes, func(deleted string) bool {
			return strings.HasPrefix(key, deleted) || strings.HasPrefix(deleted, strings.TrimSuffix(key, after))
		}) {
			aimed = append(aimed, id)
		}
	}
	if len(aimed) > 0 && i.IntN(10) < 7 {
		return aimed
	}
	return out
}

func (i *idea) one(of []string) (string, bool) {
	if len(of) == 0 {
		return "", false
	}
	return of[i.IntN(len(of))], true
}

func (i *idea) aNode() (string, bool)   { return i.one(i.below("nodes/", "/role", "")) }
func (i *idea) aCore() (string, bool)   { return i.one(i.below("nodes/", "/role", "core")) }
func (i *idea) anEntry() (string, bool) { return i.one(i.below("nodes/", "/role", "entry")) }
func (i *idea) aUser() (string, bool)   { return i.one(i.below("users/", "/username", "")) }

// aDevice is "<user>/devices/<uuid>".
func (i *idea) aDevice() (string, bool) { return i.one(i.below("users/", "/device", "")) }

const instant = "2026-04-19T12:00:00Z"

func (i *idea) health() []kv.Op {
	n, ok := i.aNode()
	if !ok {
		return nil
	}
	return []kv.Op{put("nodes/"+n+"/health", []string{"healthy", "degraded"}[i.IntN(2)]), put("nodes/"+n+"/health_at", instant)}
}

func (i *idea) rotation() []kv.Op {
	n, ok := i.aCore()
	if !ok {
		return nil
	}
	return []kv.Op{put("nodes/"+n+"/core_service_name", fmt.Sprintf("api.v2.rpc.%016x", i.Uint64())), put("nodes/"+n+"/rotated_at", instant)}
}

func (i *idea) status() []kv.Op {
	what := "nodes/"
	id, ok := i.anEntry()
	if i.IntN(2) == 0 {
		what = "users/"
		id, ok = i.aUser()
	}
	if !ok {
		return nil
	}
	return []kv.Op{put(what+id+"/status", []string{"active", "inactive", "archived"}[i.IntN(3)]), put(what+id+"/status_at", instant)}
}

func (i *idea) right() []kv.Op {
	u, ok := i.aUser()
	if !ok {
		return nil
	}
	return []kv.Op{put("users/"+u+"/access/"+[]string{"internet", "voice", "mail", "theirs"}[i.IntN(4)], "")}
}

func (i *idea) rightTaken() []kv.Op {
	at, ok := i.one(i.containing("users/", "/access/"))
	if !ok {
		return nil
	}
	return []kv.Op{del(at)}
}

// containing lists keys below the prefix that begin and go on like this.
func (i *idea) containing(begin, middle string) []string {
	var out []string
	for _, key := range slices.Sorted(maps.Keys(i.now)) {
		if k, ok := strings.CutPrefix(key, prefix); ok && strings.HasPrefix(k, begin) && strings.Contains(k, middle) {
			out = append(out, k)
		}
	}
	return out
}

func (i *idea) credential() []kv.Op {
	u, ok := i.aUser()
	if !ok {
		return nil
	}
	return []kv.Op{put("users/"+u+"/credential", credential)}
}

func (i *idea) joined() []kv.Op {
	u, ok := i.aUser()
	c, has := i.aCore()
	if !ok || !has {
		return nil
	}
	return []kv.Op{put("users/"+u+"/core_nodes/"+c, "")}
}

func (i *idea) left() []kv.Op {
	at, ok := i.one(i.containing("users/", "/core_nodes/"))
	if !ok {
		return nil
	}
	return []kv.Op{del(at)}
}

func (i *idea) setting() []kv.Op {
	n, ok := i.aNode()
	if !ok {
		return nil
	}
	return []kv.Op{put("nodes/"+n+"/settings/"+[]string{"mtu", "motd", "theirs"}[i.IntN(3)], strconv.Itoa(1300+i.IntN(9)))}
}

func (i *idea) settingTaken() []kv.Op {
	at, ok := i.one(i.containing("nodes/", "/settings/"))
	if !ok {
		return nil
	}
	return []kv.Op{del(at)}
}

func (i *idea) tls() []kv.Op {
	n, ok := i.aNode()
	if !ok {
		return nil
	}
	return []kv.Op{put("nodes/"+n+"/tls/port", strconv.Itoa(8000+i.IntN(9)))}
}

func (i *idea) link() []kv.Op {
	a, ok := i.aCore()
	b, has := i.aCore()
	if !ok || !has || a == b {
		return nil
	}
	return []kv.Op{put("topology/links/"+a+"/"+b, ""), put("topology/links/"+b+"/"+a, "")}
}

func (i *idea) linkCut() []kv.Op {
	at, ok := i.one(i.containing("topology/links/", ""))
	if !ok {
		return nil
	}
	a, b, _ := strings.Cut(strings.TrimPrefix(at, "topology/links/"), "/")
	return []kv.Op{del(at), del("topology/links/" + b + "/" + a)}
}

func (i *idea) binding() []kv.Op {
	e, ok := i.anEntry()
	c, has := i.aCore()
	if !ok || !has {
		return nil
	}
	return []kv.Op{put("topology/bindings/"+e+"/core", c)}
}

func (i *idea) path() []kv.Op {
	e, ok := i.anEntry()
	c, has := i.aCore()
	if !ok || !has {
		return nil
	}
	at := "paths/" + e + "/" + c + "/"
	if _, there := i.now[prefix+at+"status"]; there {
		return []kv.Op{put(at+"service_name", fmt.Sprintf("api.v2.rpc.%016x", i.Uint64())), put(at+"rotated_at", instant)}
	}
	return []kv.Op{put(at+"status", "active"), put(at+"status_at", instant)}
}

func (i *idea) pathRemoved() []kv.Op {
	at, ok := i.one(i.below("paths/", "/status", ""))
	if !ok {
		return nil
	}
	return []kv.Op{delAll("paths/" + at + "/")}
}
