package crash_test

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/sigilgate/sigilform/internal/kv"
)

func (i *idea) uuid() string {
	return fmt.Sprintf("%08x-%04x-4000-9000-%012x", i.Uint32(), i.Uint32()&0xffff, i.Uint64()&0xffffffffffff)
}

func (i *idea) device() []kv.Op { return i.placed(i.uuid()) }

// placed makes a device with a UUID, at a Core of its user.
func (i *idea) placed(id string) []kv.Op {
	u, ok := i.aUser()
	if !ok {
		return nil
	}
	cores := i.containing("users/"+u+"/core_nodes/", "")
	var ops []kv.Op
	core, ok := i.one(cores)
	core = strings.TrimPrefix(core, "users/"+u+"/core_nodes/")
	if !ok {
		if core, ok = i.aCore(); !ok {
			return nil
		}
		ops = append(ops, put("users/"+u+"/core_nodes/"+core, ""))
	}
	at := "users/" + u + "/devices/" + id + "/"
	return append(ops, put(at+"device", "theirs-"+i.id), put(at+"status", "active"), put(at+"status_at", instant), put(at+"created", instant), put(at+"core_node", core),
		put("routes/"+id+"/core_ip", core), put("routes/"+id+"/status", "active"), put("routes/"+id+"/status_at", instant))
}

func (i *idea) deviceMoved() []kv.Op {
	d, ok := i.aDevice()
	if !ok {
		return nil
	}
	u, id, _ := strings.Cut(d, "/devices/")
	core, ok := i.one(i.containing("users/"+u+"/core_nodes/", ""))
	if !ok {
		return nil
	}
	core = strings.TrimPrefix(core, "users/"+u+"/core_nodes/")
	return []kv.Op{put("users/"+d+"/core_node", core), put("routes/"+id+"/core_ip", core)}
}

func (i *idea) deviceRemoved() []kv.Op {
	d, ok := i.aDevice()
	if !ok || i.IntN(2) == 0 {
		return nil
	}
	_, id, _ := strings.Cut(d, "/devices/")
	return []kv.Op{delAll("users/" + d + "/"), delAll("routes/" + id + "/")}
}

// user makes one, with a name of its own, or with one that the files may
// declare.
func (i *idea) user() []kv.Op {
	id, _ := strconv.Atoi(i.now[prefix+"counters/user_id"])
	id++
	name := "theirs-" + i.id
	if i.IntN(2) == 0 {
		name = fmt.Sprintf("name%d", i.IntN(poolUsers))
	}
	at := fmt.Sprintf("users/%d/", id)
	ops := []kv.Op{
		put("counters/user_id", strconv.Itoa(id)), put(at+"username", name), put(at+"status", "active"), put(at+"status_at", instant), put(at+"created", instant),
	}
	if c, ok := i.aCore(); ok {
		ops = append(ops, put(at+"core_nodes/"+c, ""))
	}
	return ops
}

func (i *idea) userRemoved() []kv.Op {
	u, ok := i.aUser()
	if !ok || i.IntN(12) > 0 {
		return nil
	}
	ops := []kv.Op{delAll("users/" + u + "/")}
	for _, d := range i.containing("users/"+u+"/devices/", "/device") {
		if id, ok := strings.CutSuffix(strings.TrimPrefix(d, "users/"+u+"/devices/"), "/device"); ok {
			ops = append(ops, delAll("routes/"+id+"/"))
		}
	}
	return ops
}

// node makes one, at a place of its own or at one that the files may declare.
func (i *idea) node() []kv.Op {
	ip := fmt.Sprintf("10.9.0.%d", 1+i.IntN(5))
	role, rest := "entry", put("nodes/"+ip+"/client_service_name", "theirs")
	switch i.IntN(4) {
	case 0:
		ip = entryIP(i.IntN(poolEntries))
		rest = put("nodes/"+ip+"/client_service_name", "theirs")
	case 1:
		ip, role = coreIP(i.IntN(poolCores)), "core"
		rest = put("nodes/"+ip+"/core_service_name", fmt.Sprintf("api.v2.rpc.%016x", i.Uint64()))
	}
	if _, there := i.now[prefix+"nodes/"+ip+"/role"]; there {
		return nil
	}
	at := "nodes/" + ip + "/"
	ops := []kv.Op{put(at+"role", role), put(at+"status", "active"), put(at+"status_at", instant), rest}
	if role == "core" {
		return append(ops, put(at+"uuid", i.uuid()))
	}
	if c, ok := i.aCore(); ok {
		ops = append(ops, put("topology/bindings/"+ip+"/core", c))
	}
	return ops
}

// nodeRemoved removes an Entry with what is about it alone.
func (i *idea) nodeRemoved() []kv.Op {
	n, ok := i.anEntry()
	if !ok || i.IntN(12) > 0 {
		return nil
	}
	return []kv.Op{delAll("nodes/" + n + "/"), delAll("topology/bindings/" + n + "/"), delAll("paths/" + n + "/")}
}

func (i *idea) cell() []kv.Op {
	at := fmt.Sprintf("cells/%s.example.net/", []string{"x", "y"}[i.IntN(2)])
	return []kv.Op{put(at+"status", "active"), put(at+"status_at", instant)}
}

func (i *idea) cellRemoved() []kv.Op {
	return []kv.Op{delAll(fmt.Sprintf("cells/%s.example.net/", []string{"x", "y"}[i.IntN(2)]))}
}

// declared writes what files declare.
func (i *idea) declared() []kv.Op {
	n, ok := i.aNode()
	if !ok {
		return nil
	}
	if write, wanted := i.one(i.aim.writes); wanted && i.IntN(10) < 7 {
		if p := strings.Split(strings.TrimPrefix(write, prefix), "/"); p[0] == "nodes" && i.now[prefix+"nodes/"+p[1]+"/role"] != "" {
			n = p[1]
		}
	}
	switch i.IntN(3) {
	case 0:
		return []kv.Op{put("nodes/"+n+"/region", "theirs")}
	case 1:
		return []kv.Op{put("nodes/"+n+"/domain", i.id+".example.net")}
	}
	if u, ok := i.aUser(); ok {
		return []kv.Op{put("users/"+u+"/username", "renamed-"+i.id)}
	}
	return nil
}

// stray writes what no program but their own knows.
func (i *idea) stray() []kv.Op {
	if n, ok := i.aNode(); ok && i.IntN(2) == 0 {
		return []kv.Op{put("nodes/"+n+"/note", i.id)}
	}
	if u, ok := i.aUser(); ok {
		return []kv.Op{put("users/"+u+"/note", i.id)}
	}
	return nil
}
