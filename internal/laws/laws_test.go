package laws_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/laws"
)

const (
	first, second = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
	phone         = "33333333-3333-4333-8333-333333333333"
)

// sound is a network of two Cores and an Entry, a user and its device.
func sound() map[string]string {
	const now = "2026-04-19T12:00:00Z"
	out := map[string]string{"/other": "", "/net/api_tokens/x": ""}
	put := func(pairs ...string) {
		for i := 0; i < len(pairs); i += 2 {
			out["/net/"+pairs[i]] = pairs[i+1]
		}
	}
	put("cells/eu.example/status", "active", "cells/eu.example/status_at", now)
	for ip, uuid := range map[string]string{"10.0.0.1": first, "10.0.0.2": second} {
		put("nodes/"+ip+"/role", "core", "nodes/"+ip+"/status", "active", "nodes/"+ip+"/uuid", uuid,
			"nodes/"+ip+"/domain", ip[7:]+".eu.example", "nodes/"+ip+"/cell_domain", "eu.example", "nodes/"+ip+"/node_number", ip[7:],
			"nodes/"+ip+"/tls/port", "443", "nodes/"+ip+"/settings/mtu", "1400")
	}
	put("topology/links/10.0.0.1/10.0.0.2", "", "topology/links/10.0.0.2/10.0.0.1", "")
	put("nodes/10.1.0.1/role", "entry", "nodes/10.1.0.1/domain", "e.example", "topology/bindings/10.1.0.1/core", "10.0.0.1")
	put("paths/10.1.0.1/10.0.0.2/status", "active", "paths/10.1.0.1/10.0.0.2/tls/min_version", "1.3")
	put("users/7/username", "bob", "users/7/created", now, "users/7/core_nodes/10.0.0.1", "", "users/7/credential", "$argon2id$x",
		"users/7/devices/"+phone+"/device", "phone", "users/7/devices/"+phone+"/core_node", "10.0.0.1", "users/7/devices/"+phone+"/status", "active",
		"routes/"+phone+"/core_ip", "10.0.0.1", "routes/"+phone+"/status", "active")
	put("users/8/username", "eve")
	return out
}

// TestEachLaw breaks a sound network in one place at a time.
func TestEachLaw(t *testing.T) {
	t.Parallel()
	if found := laws.Check(sound(), "/net/"); len(found) > 0 {
		t.Fatalf("a sound network breaks %v", found)
	}
	const gone = "\x00"
	rows := map[string]struct {
		changes map[string]string
		want    laws.Law
	}{
		"a node without a role":              {map[string]string{"nodes/10.0.0.3/status": "active"}, laws.Marker},
		"a cell without a status":            {map[string]string{"cells/eu.example/status": gone}, laws.Marker},
		"a route without a status":           {map[string]string{"paths/10.1.0.1/10.0.0.1/rotated_at": "2026-04-19T12:00:00Z"}, laws.Marker},
		"a user without a name":              {map[string]string{"users/9/status": "active"}, laws.Marker},
		"a device without a name":            {map[string]string{"users/7/devices/" + phone + "/device": gone}, laws.Marker},
		"a binding of no Entry":              {map[string]string{"topology/bindings/10.1.0.9/core": "10.0.0.1"}, laws.Reference},
		"a binding to no Core":               {map[string]string{"topology/bindings/10.1.0.1/core": "10.0.0.9"}, laws.Reference},
		"a binding to an Entry":              {map[string]string{"topology/bindings/10.1.0.1/core": "10.1.0.1"}, laws.Reference},
		"a link to no Core":                  {map[string]string{"topology/links/10.0.0.1/10.0.0.9": ""}, laws.Reference},
		"a link with itself":                 {map[string]string{"topology/links/10.0.0.1/10.0.0.1": ""}, laws.Reference},
		"a link in one direction":            {map[string]string{"topology/links/10.0.0.1/10.0.0.2": gone}, laws.Mirror},
		"a path to no Core":                  {map[string]string{"paths/10.1.0.1/10.0.0.9/status": "active"}, laws.Reference},
		"a Core of no cell":                  {map[string]string{"nodes/10.0.0.1/cell_domain": "us.example"}, laws.Reference},
		"an Entry with a number":             {map[string]string{"nodes/10.1.0.1/node_number": "3"}, laws.Reference},
		"a user of no Core":                  {map[string]string{"users/7/core_nodes/10.0.0.9": ""}, laws.Reference},
		"a device at a Core of others":       {map[string]string{"users/7/core_nodes/10.0.0.1": gone}, laws.Member},
		"a device without a route":           {map[string]string{"routes/" + phone + "/core_ip": gone}, laws.Route},
		"a route elsewhere":                  {map[string]string{"routes/" + phone + "/core_ip": "10.0.0.2"}, laws.Route},
		"a route that is active alone":       {map[string]string{"users/7/devices/" + phone + "/status": "inactive"}, laws.Route},
		"a route of no device":               {map[string]string{"routes/" + second + "/status": "active"}, laws.Route},
		"one domain twice":                   {map[string]string{"nodes/10.1.0.1/domain": "1.eu.example"}, laws.Unique},
		"one number twice":                   {map[string]string{"nodes/10.0.0.2/node_number": "1"}, laws.Unique},
		"one UUID twice":                     {map[string]string{"nodes/10.0.0.2/uuid": first}, laws.Unique},
		"the UUID of a Core and of a device": {map[string]string{"nodes/10.0.0.2/uuid": phone}, laws.Unique},
		"one device below two users":         {map[string]string{"users/8/devices/" + phone + "/device": "copy"}, laws.Unique},
		"one username twice":                 {map[string]string{"users/8/username": "bob"}, laws.Unique},
		"one device name twice":              {map[string]string{"users/7/devices/" + second + "/device": "phone"}, laws.Unique},
		"a role that is none":                {map[string]string{"nodes/10.1.0.9/role": "gateway"}, laws.Form},
		"a status that is none":              {map[string]string{"users/7/status": "gone"}, laws.Form},
		"a time that is none":                {map[string]string{"users/7/created": "yesterday"}, laws.Form},
		"a number with a zero":               {map[string]string{"nodes/10.0.0.2/node_number": "02"}, laws.Form},
		"a domain in capitals":               {map[string]string{"nodes/10.1.0.1/domain": "E.example"}, laws.Form},
		"a member with a value":              {map[string]string{"users/7/access/lan": "yes"}, laws.Form},
		"an empty text":                      {map[string]string{"nodes/10.0.0.1/settings/mtu": ""}, laws.Form},
		"a credential in plain":              {map[string]string{"users/7/credential": "hunter2"}, laws.Form},
		"an IP that is not canonical":        {map[string]string{"nodes/2001:DB8::1/role": "core"}, laws.Form},
		"a port that is none":                {map[string]string{"nodes/10.0.0.1/tls/port": "70000"}, laws.Form},
	}
	for name, row := range rows {
		entries := sound()
		for key, value := range row.changes {
			entries["/net/"+key] = value
			if value == gone {
				delete(entries, "/net/"+key)
			}
		}
		found := laws.Check(entries, "/net/")
		if !slices.ContainsFunc(found, func(b laws.Broken) bool { return b.Law == row.want }) {
			t.Errorf("%s: found %v", name, found)
		}
		for _, b := range found {
			if strings.Contains(b.String(), "hunter2") {
				t.Errorf("%s: the credential is shown: %s", name, b)
			}
		}
	}
}

// TestReplay: what is broken already is nobody's, what gets broken is told once.
func TestReplay(t *testing.T) {
	t.Parallel()
	start := sound()
	start["/net/users/9/status"] = "active"
	var entries []kv.Entry
	for _, key := range slices.Sorted(maps.Keys(start)) {
		entries = append(entries, kv.Entry{Key: key, Value: start[key]})
	}
	r := laws.NewReplay("/net/", entries)
	put := func(key, value string) kv.Event { return kv.Event{Entry: kv.Entry{Key: key, Value: value}} }
	if found := r.Step([]kv.Event{put("/other", "x"), put("/net/nodes/10.0.0.1/health", "healthy")}); len(found) > 0 {
		t.Errorf("found %v", found)
	}
	if found := r.Step([]kv.Event{put("/net/users/8/username", "bob")}); len(found) != 1 || found[0].Law != laws.Unique {
		t.Errorf("found %v", found)
	}
	if found := r.Step([]kv.Event{put("/net/nodes/10.0.0.1/health", "degraded")}); len(found) > 0 {
		t.Errorf("found %v", found)
	}
	if got := r.Broken(); len(got) != 2 {
		t.Errorf("broken are %v", got)
	}
	if found := r.Step([]kv.Event{{Entry: kv.Entry{Key: "/net/users/9/status"}, Deleted: true}, put("/net/users/8/username", "eve")}); len(found)+len(r.Broken()) > 0 {
		t.Errorf("found %v, broken are %v", found, r.Broken())
	}
}
