package plan_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

// changes are plans of every kind, each from a network that was applied.
func changesToConfirm() map[string]func(s *scenario) []option {
	const tablet = "/sigilgate/users/7/devices/7ba7b810-9dad-41d1-80b4-00c04fd430c8/"
	return map[string]func(s *scenario) []option{
		"destroy": func(*scenario) []option { return []option{destroy} },
		"values": func(s *scenario) []option {
			s.net.Cores[0].Region = named("de")
			s.net.Entries[0].Status = named(network.Archived)
			s.put(amsNode+"settings/new", "x")
			return nil
		},
		"a user that is new, and one that is renamed": func(s *scenario) []option {
			s.net.Users[0].Username = named("alicia")
			s.net.Users = append(s.net.Users, network.User{
				Addr: addr.New(addr.User, "bob", addr.NoKey), Username: named("bob"),
				Credential: network.Text{Value: hash, Named: true, Sensitive: true},
			})
			return nil
		},
		"a domain, a UUID and a number": func(s *scenario) []option {
			s.withCell()
			c := &s.net.Cores[0]
			c.Domain, c.UUID, c.Number.Value = named("x.example"), named(someUUID), 7
			return nil
		},
		"a Core loses its user": func(s *scenario) []option {
			s.net.Users[0].CoreNodes.To = append(s.net.Users[0].CoreNodes.To, s.net.Cores[1].Addr)
			s.apply()
			s.net.Users[0].CoreNodes.To = s.net.Users[0].CoreNodes.To[:1]
			return nil
		},
		"a link goes": func(s *scenario) []option {
			s.net.Cores[0].Links = network.Refs{Named: true, To: []addr.Addr{s.net.Cores[1].Addr}}
			s.net.Cores[1].Links = network.Refs{Named: true, To: []addr.Addr{s.net.Cores[0].Addr}}
			s.apply()
			s.net.Cores[0].Links.To, s.net.Cores[1].Links.To = nil, nil
			return nil
		},
		"a cascade": func(s *scenario) []option {
			s.put("/sigilgate/users/7/username", "by a core")
			s.put("/sigilgate/users/7/core_nodes/"+coreB, "")
			s.put(tablet+"device", "tablet")
			s.put(tablet+"core_node", coreB)
			s.net.Cores = s.net.Cores[:1]
			return []option{cascade}
		},
		"what others made is adopted": func(s *scenario) []option {
			s.put(theirNode+"role", "core")
			s.put(theirNode+"region", "fr")
			s.put(theirNode+"uuid", someUUID)
			s.net.Cores = append(s.net.Cores, network.Core{Node: network.Node{
				Addr: addr.New(addr.Core, "par", addr.NoKey), IP: named("203.0.113.9"), Region: named("gb"),
			}})
			return []option{adopt}
		},
		"a device and an Entry move": func(s *scenario) []option {
			s.net.Users[0].CoreNodes.To = append(s.net.Users[0].CoreNodes.To, s.net.Cores[1].Addr)
			s.net.Users[0].Devices[0].Core = to(s.net.Cores[1].Addr)
			s.net.Entries[0].BoundTo = to(s.net.Cores[1].Addr)
			return nil
		},
		"a device goes with its user, and comes with another": func(s *scenario) []option {
			phone, at := s.net.Users[0].Devices[0], s.net.Users[0].CoreNodes
			phone.UUID = named(deviceUUID)
			bob := addr.New(addr.User, "bob", addr.NoKey)
			phone.Addr = bob.DeviceOf(phone.Name)
			s.net.Users = []network.User{{
				Addr: bob, Username: named("bob"), CoreNodes: at, Devices: []network.Device{phone},
				Credential: network.Text{Value: hash, Named: true, Sensitive: true},
			}}
			return nil
		},
		"what is sensitive, protected and left alone": func(s *scenario) []option {
			c, d := &s.net.Cores[0], &s.net.Users[0].Devices[0]
			c.ServiceName, c.UUID = secretly("api.v2.rpc.00000000000000aa"), secretly(someUUID)
			s.delUnder("/")
			s.apply()
			c.ServiceName, c.UUID, c.Lifecycle.PreventDestroy = network.Text{}, network.Text{}, true
			s.net.Cores[1].Lifecycle.IgnoreChanges = []string{"region"}
			d.Status = secretly(network.Archived)
			return nil
		},
		"what is protected goes": func(s *scenario) []option {
			s.net.Cores[1].Lifecycle.PreventDestroy = true
			s.apply()
			s.net.Cores = s.net.Cores[:1]
			return nil
		},
		"a password": func(s *scenario) []option {
			s.net.Users[0].Credential.Value = strings.Replace(hash, "$", "$x", 1)
			return nil
		},
	}
}

// bent compares a plan, bent, with the network that it was made from.
func (s *scenario) bent(p *plan.Plan, bend func(p *plan.Plan)) error {
	s.Helper()
	text, err := json.Marshal(p)
	if err != nil {
		s.Fatal(err)
	}
	var bent plan.Plan
	if err := json.Unmarshal(text, &bent); err != nil {
		s.Fatal(err)
	}
	bent.Catalogue = p.Catalogue
	bend(&bent)
	plan.Redigest(&bent)
	in, err := s.input(s.net)
	if err != nil {
		s.Fatal(err)
	}
	moved, err := bent.Confirm(in.Snapshot, in.State, in.Past)
	if err == nil && len(moved) > 0 {
		return errors.New("it moved")
	}
	if err != nil && !errors.As(err, new(*plan.Unsound)) {
		s.Fatal(err)
	}
	return err
}

// TestEachPartIsConfirmed leaves each guard, each write, each change and each of
// its fields out of plans of every kind, one at a time, and gives each write
// another value: none of that is confirmed.
func TestEachPartIsConfirmed(t *testing.T) {
	for name, prepare := range changesToConfirm() {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			options := prepare(s)
			p := s.plan(options...)
			if len(p.Conflicts) > 0 || !p.HasChanges() {
				t.Fatalf("got %+v", p.Conflicts)
			}
			if err := s.bent(p, func(*plan.Plan) {}); err != nil {
				t.Fatalf("straight, it is not confirmed: %v", err)
			}
			for what, bend := range s.partsOf(p) {
				if err := s.bent(p, bend); err == nil {
					t.Errorf("confirmed: %s", what)
				}
			}
		})
	}
}

// partsOf is all that can be taken out of a plan, or be written otherwise.
func (s *scenario) partsOf(p *plan.Plan) map[string]func(*plan.Plan) {
	out := map[string]func(*plan.Plan){}
	for i, g := range p.Guards {
		if g.Kind != kv.Exists || needed(p, g) {
			out[fmt.Sprintf("without the guard %+v", g)] = func(p *plan.Plan) { p.Guards = slices.Delete(p.Guards, i, i+1) }
		}
	}
	for i, op := range p.Data {
		if op.Kind != kv.DeletePrefix || len(s.under(op.Key)) > 0 { // else it is guarded, and deletes nothing
			out[fmt.Sprintf("without the write %+v", op)] = func(p *plan.Plan) { p.Data = slices.Delete(p.Data, i, i+1) }
		}
		if op.Kind == kv.Put {
			out[fmt.Sprintf("another value in %+v", op)] = func(p *plan.Plan) { p.Data[i].Value += "0" }
		} else {
			out[fmt.Sprintf("a write in %+v", op)] = func(p *plan.Plan) { p.Data[i].Kind, p.Data[i].Value = kv.Put, "x" }
		}
	}
	for i, op := range p.State {
		out[fmt.Sprintf("without the record %+v", op)] = func(p *plan.Plan) { p.State = slices.Delete(p.State, i, i+1) }
		if op.Kind == kv.Put {
			out[fmt.Sprintf("a deletion in %+v", op)] = func(p *plan.Plan) { p.State[i].Kind, p.State[i].Value = kv.Delete, "" }
		}
		for what, bent := range bentRecords(op.Value) {
			out[fmt.Sprintf("%s in %+v", what, op)] = func(p *plan.Plan) { p.State[i].Value = bent }
		}
	}
	for i := range p.Changes {
		partsOfChange(out, p, i)
	}
	for key := range p.Before {
		out["without the former "+key] = func(p *plan.Plan) { delete(p.Before, key) }
		out["another former "+key] = func(p *plan.Plan) { p.Before[key] += " " }
	}
	for key := range p.Secrets {
		out["another former value of "+key] = func(p *plan.Plan) { p.Secrets[key] += "0" }
	}
	return out
}

// bentRecords are a record without each of the fields that it enforces, with
// another first value or mark of each, treated otherwise, or spelled otherwise, one
// thing at a time.
func bentRecords(text string) map[string]string {
	out := map[string]string{}
	r, err := state.DecodeRecord(text)
	if err != nil || r.Address == "" {
		return nil
	}
	bend := func(what string, do func(r *state.Record)) {
		bent := *r
		bent.Declared, bent.Initial, bent.Marked, bent.Ignore = maps.Clone(r.Declared), maps.Clone(r.Initial), maps.Clone(r.Marked), slices.Clone(r.Ignore)
		do(&bent)
		if text, err := state.EncodeRecord(&bent); err == nil { // strings can be encoded
			out[what] = text
		}
	}
	for name := range r.Declared {
		bend("without "+name, func(r *state.Record) { delete(r.Declared, name) })
	}
	for name := range r.Initial {
		bend("another first "+name, func(r *state.Record) { r.Initial[name] += "x" })
	}
	for name := range r.Marked {
		bend("another mark of "+name, func(r *state.Record) { r.Marked[name] += "x" })
		bend("no mark of "+name, func(r *state.Record) { delete(r.Marked, name) })
	}
	bend("a mark", func(r *state.Record) { r.Marked = map[string]string{"region": "x"} })
	bend("a first value", func(r *state.Record) { r.Initial = map[string]string{"region": "x"} })
	bend("another protection", func(r *state.Record) { r.Protected = !r.Protected })
	bend("what is left alone", func(r *state.Record) { r.Ignore = append(r.Ignore, "x") })
	out["a space"] = text + " "
	out["more"] = strings.Replace(text, "{", `{"more":"x",`, 1)
	return out
}

func partsOfChange(out map[string]func(*plan.Plan), p *plan.Plan, i int) {
	c := &p.Changes[i]
	out["without "+c.Address] = func(p *plan.Plan) { p.Changes = slices.Delete(p.Changes, i, i+1) }
	out["something else with "+c.Address] = func(p *plan.Plan) { p.Changes[i].Action += "d" }
	out["another reason for "+c.Address] = func(p *plan.Plan) { p.Changes[i].Reason += "x" }
	out["another address than "+c.Address] = func(p *plan.Plan) { p.Changes[i].Address = strings.Replace(c.Address, string(c.Kind), "cell", 1) }
	out["a note on "+c.Address] = func(p *plan.Plan) { p.Changes[i].Notes = append(p.Changes[i].Notes, "it is fine") }
	if c.Protected {
		out["without the protection of "+c.Address] = func(p *plan.Plan) { p.Changes[i].Protected = false }
	}
	for j, f := range c.Fields {
		if f.Action.StateOnly() || c.Action == plan.Delete {
			continue // a deletion is shown as a whole
		}
		of := c.Address + "." + f.Name
		out["another name of "+of] = func(p *plan.Plan) { p.Changes[i].Fields[j].Name += "0" }
		out["no stamp, or one: "+of] = func(p *plan.Plan) { p.Changes[i].Fields[j].Stamp = !f.Stamp }
		out["without "+of] = func(p *plan.Plan) { p.Changes[i].Fields = slices.Delete(p.Changes[i].Fields, j, j+1) }
		if f.Old != nil && !f.Old.Sensitive {
			out["another former value of "+of] = func(p *plan.Plan) { p.Changes[i].Fields[j].Old.Text += "0" }
		}
	}
}

// needed reports whether a guard that something exists is of what changes, or of
// what a write refers to. Others are of what an object referred to before.
func needed(p *plan.Plan, g kv.Guard) bool {
	layout := keys.NewLayout(schema.Network(), p.Prefix)
	twice := slices.ContainsFunc(p.Guards, func(o kv.Guard) bool { return o.Kind == kv.Unmoved && o.Key == g.Key })
	changed := slices.ContainsFunc(p.Changes, func(c plan.Change) bool {
		return c.Action != plan.Record && c.Action != plan.Forget && g.Key == layout.Marker(keys.Space(c.Kind), c.ID, "")
	})
	named := slices.ContainsFunc(p.Data, func(op kv.Op) bool {
		return op.Kind == kv.Put && slices.Contains(layout.Names(op.Key, op.Value), g.Key)
	})
	return !twice && (changed || named)
}

// TestWhatIsAddedIsConfirmed adds to a plan what none of its changes does, each
// of another kind: none is confirmed.
func TestWhatIsAddedIsConfirmed(t *testing.T) {
	const own = "/sigilform/v1/prod/"
	ops := map[string]kv.Op{
		"a key that is not an object's": {Kind: kv.Put, Key: "/sigilgate/elsewhere", Value: "x"},
		"a field of another object":     {Kind: kv.Put, Key: shopNode + "region", Value: "x"},
		"a field of the object":         {Kind: kv.Put, Key: amsNode + "domain", Value: "x"},
		"a deletion":                    {Kind: kv.Delete, Key: shopNode + "role"},
		"a deletion of the object's":    {Kind: kv.Delete, Key: amsNode + "uuid"},
		"a deletion of all":             {Kind: kv.DeletePrefix, Key: "/sigilgate/"},
		"a deletion of an object":       {Kind: kv.DeletePrefix, Key: shopNode},
		"a deletion of a part":          {Kind: kv.DeletePrefix, Key: amsNode + "settings/"},
		"a deletion of the object":      {Kind: kv.DeletePrefix, Key: amsNode},
		"a range":                       {Kind: kv.DeleteRange, Key: shopNode, End: shopNode + "z"},
		"the counter":                   {Kind: kv.Put, Key: "/sigilgate/counters/user_id", Value: "77"},
		"the counter, gone":             {Kind: kv.Delete, Key: "/sigilgate/counters/user_id"},
		"another network's key":         {Kind: kv.Put, Key: "/other/nodes/192.0.2.1/role", Value: "core"},
		"state: the digest key":         {Kind: kv.Put, Key: own + "digest_key", Value: "x"},
		"state: the head":               {Kind: kv.Put, Key: own + "head", Value: "x"},
		"state: another record":         {Kind: kv.Put, Key: own + "objects/entry/" + entryA, Value: "{}"},
		"state: another record, gone":   {Kind: kv.Delete, Key: own + "objects/entry/" + entryA},
		"state: all records":            {Kind: kv.DeletePrefix, Key: own + "objects/core/" + coreA},
		"state: another network":        {Kind: kv.Put, Key: "/sigilform/v1/networks/lab", Value: "/lab/"},
		"state: another prefix":         {Kind: kv.Put, Key: "/sigilform/v1/networks/prod", Value: "/lab/"},
		"state: no prefix":              {Kind: kv.Delete, Key: "/sigilform/v1/networks/prod"},
		"state: a released object":      {Kind: kv.Put, Key: own + "objects/released/core/" + coreA, Value: "{}"},
	}
	s := start(t)
	s.net.Cores[0].Region = named("de")
	p := s.plan()
	for name, op := range ops {
		err := s.bent(p, func(p *plan.Plan) {
			p.Guards = append(p.Guards, kv.Guard{Kind: kv.Unmoved, Key: op.Key, Revision: s.entries[op.Key].ModRevision})
			if strings.HasPrefix(name, "state: ") {
				p.State = append(p.State, op)
			} else {
				p.Data = append(p.Data, op)
			}
		})
		if err == nil {
			t.Errorf("%s is confirmed", name)
		}
	}
	for name, call := range map[string]kv.AuthOp{
		"authentication": {Kind: kv.EnableAuth}, "a role": {Kind: kv.AddRole, Role: "sigilform-prod-root"}, "a user": {Kind: kv.AddUser, User: "mallory"},
		"a right": {Kind: kv.GrantRole, User: "mallory", Role: "root"}, "a permission": {Kind: kv.GrantPermission, Role: "x", Key: "/", End: kv.Beyond, Access: kv.ReadWrite},
	} {
		for side, add := range map[string]func(*plan.Access){
			"before": func(a *plan.Access) { a.Grants = []kv.AuthOp{call} }, "after": func(a *plan.Access) { a.Revokes = []kv.AuthOp{call} },
		} {
			if err := s.bent(p, func(p *plan.Plan) { p.Access = &plan.Access{}; add(p.Access) }); err == nil {
				t.Errorf("%s %s is confirmed", name, side)
			}
		}
	}
}
