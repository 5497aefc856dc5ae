package crash_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// The pools that networks are drawn from. They are small, so that from one to
// the next names, numbers and identities go from one object to another, and so
// that others make objects that a later network declares.
const (
	poolCores   = 6
	poolEntries = 9
	poolUsers   = 14
	poolDomains = 20
	poolUUIDs   = poolCores + 2*poolUsers
	mostRoutes  = 2
	credential  = "$argon2id$v=19$m=19456,t=2,p=1$LLHxTID4Rdamv+mBoP1Lfg$0snmxernwnj07MMNQEcfzpSfTrBOXnSBClocmkvx+1M"
)

func coreIP(i int) string  { return fmt.Sprintf("10.0.0.%d", i+1) }
func entryIP(i int) string { return fmt.Sprintf("10.1.0.%d", i+1) }

// genome is what a network is made from: who changes it a little gets a network
// that differs a little.
type genome struct {
	// genes say how an object is, one for each that may be.
	genes []uint64
	// domains, uuids, names and numbers say whose each is; they go from one
	// object to another.
	domains, uuids, names, numbers []int
	// fresh is added to all of those: nobody ever had what they say then.
	fresh int
	// bare leaves devices out.
	bare bool
}

// Where the genes of a kind begin.
const (
	geneCore  = 0
	geneEntry = geneCore + poolCores
	geneUser  = geneEntry + poolEntries
	geneWhole = geneUser + poolUsers
)

func newGenome(r *rand.Rand) *genome {
	g := &genome{domains: r.Perm(poolDomains), uuids: r.Perm(poolUUIDs), names: r.Perm(poolUsers), numbers: r.Perm(poolCores + 2)}
	for range geneWhole + 1 {
		g.genes = append(g.genes, r.Uint64())
	}
	return g
}

// mutate changes some of it, mostly little where no share is given.
func (g *genome) mutate(r *rand.Rand, share int) {
	if share == 0 {
		share = []int{3, 10, 10, 25, 60}[r.IntN(5)]
	}
	for i := range g.genes {
		if r.IntN(100) < share {
			g.genes[i] = r.Uint64()
		}
	}
	for _, whose := range [][]int{g.domains, g.uuids, g.names, g.numbers} {
		for range r.IntN(3) {
			i, j := r.IntN(len(whose)), r.IntN(len(whose))
			whose[i], whose[j] = whose[j], whose[i]
		}
	}
}

// wish draws what the files say.
type wish struct {
	*rand.Rand
	*genome
	b              strings.Builder
	cores, entries []int
}

// of draws by a gene from now on.
func (w *wish) of(gene int) { w.Rand = rand.New(rand.NewPCG(w.genes[gene], 1)) }

// access says which authentication a wish has.
type access struct {
	// auth is that of the acl block, none where empty.
	auth    string
	enforce bool
}

// draw is a network as HCL.
func (g *genome) draw(a access) string {
	w := &wish{genome: g}
	w.cores, w.entries = w.some(geneCore, poolCores, 3), w.some(geneEntry, poolEntries, 2)
	w.say("network \"drawn\" {\n  history = 40\n}")
	w.say("cell \"a\" {\n  domain = \"a.example.net\"\n}")
	w.say("cell \"b\" {\n  domain = \"b.example.net\"\n}")
	w.nodes()
	w.users()
	w.acl(a)
	return w.b.String()
}

// say writes a line or a block.
func (w *wish) say(format string, args ...any) { fmt.Fprintf(&w.b, format+"\n", args...) }

// odds is true so often in a hundred.
func (w *wish) odds(percent int) bool { return w.IntN(100) < percent }

// some are those of a kind whose genes say that they are there, and at least so
// many.
func (w *wish) some(gene, of, least int) []int {
	var out []int
	for i := range of {
		if w.genes[gene+i]%100 < 70 || of-i <= least-len(out) {
			out = append(out, i)
		}
	}
	return out
}

func (w *wish) nodes() {
	w.of(geneWhole)
	links := w.odds(40)
	for n, i := range w.cores {
		w.of(geneCore + i)
		w.node("core", i, coreIP(i), w.domains[i]+w.fresh)
		w.say("  cell = cell.%s\n  number = %d", []string{"a", "b"}[w.IntN(2)], w.numbers[i]+1+w.fresh)
		if w.odds(30) {
			w.say("  uuid = %q", uuidOf(w.uuids[i]+w.fresh))
		}
		if w.odds(20) {
			w.say("  service_name = \"api.v2.rpc.%016x\"", w.Uint64())
		}
		if links && n > 0 {
			w.say("  links = [%s]", w.linked(n))
		}
		w.say("}")
	}
	for _, i := range w.entries {
		w.of(geneEntry + i)
		status := w.node("entry", i, entryIP(i), w.domains[poolCores+i]+w.fresh)
		w.say("  bound_to = core.c%d\n}", w.cores[w.IntN(len(w.cores))])
		for _, k := range w.Perm(len(w.cores))[:w.IntN(mostRoutes+1)] {
			w.route(i, w.cores[k], status)
		}
	}
}

func uuidOf(n int) string { return fmt.Sprintf("00000000-0000-4000-8000-0000000000%02x", n) }

// linked are the Core before the n-th, so that all are connected, and some more.
func (w *wish) linked(n int) string {
	out := []string{fmt.Sprintf("core.c%d", w.cores[n-1])}
	for _, i := range w.cores[:n-1] {
		if w.odds(40) {
			out = append(out, fmt.Sprintf("core.c%d", i))
		}
	}
	return strings.Join(out, ", ")
}

// node opens the block of one.
func (w *wish) node(kind string, i int, ip string, domain int) (status string) {
	w.say("%s \"%c%d\" {\n  ip = %q", kind, kind[0], i, ip)
	if w.odds(80) {
		w.say("  domain = \"d%02d.example.net\"", domain)
	}
	if w.odds(60) {
		w.say("  region = \"r%d\"", w.IntN(3))
	}
	if w.odds(25) {
		// Whoever refers to a Core that is not active must not be so either.
		states := map[string][]string{"core": {"active"}, "entry": {"active", "inactive", "archived"}}[kind]
		status = states[w.IntN(len(states))]
		w.say("  status = %q", status)
	}
	if w.odds(40) {
		w.say("  settings = {\n    mtu = %d\n    motd = \"m%d\"\n  }", 1400+w.IntN(3), w.IntN(3))
	}
	if w.odds(40) {
		w.say("  tls {\n    sni = \"www%d.example.net\"\n    port = %d\n  }", w.IntN(3), 443+w.IntN(3))
	}
	return status
}

// route is of no more use than its Entry.
func (w *wish) route(entry, core int, status string) {
	w.say("route \"e%d_c%d\" {\n  entry = entry.e%d\n  core = core.c%d", entry, core, entry, core)
	switch {
	case status != "" && status != "active":
		w.say("  status = %q", status)
	case w.odds(25):
		w.say("  status = %q", []string{"active", "inactive", "archived"}[w.IntN(3)])
	}
	if w.odds(20) {
		w.say("  service_name = \"api.v2.rpc.%016x\"", w.Uint64())
	}
	if w.odds(20) {
		w.say("  tls {\n    port = %d\n  }", 443+w.IntN(3))
	}
	w.say("}")
}

// users have names that go from one to another.
func (w *wish) users() {
	for _, i := range w.some(geneUser, poolUsers, 3) {
		w.of(geneUser + i)
		w.say("user \"u%d\" {\n  username = \"name%d\"", i, w.names[i]+w.fresh)
		if w.odds(25) {
			w.say("  status = %q", []string{"active", "inactive", "archived"}[w.IntN(3)])
		}
		if w.odds(50) {
			w.say("  credential = %q", credential)
		}
		if w.odds(60) {
			w.say("  access = [%s]", strings.Join([]string{`"internet"`, `"voice"`, `"mail"`}[:w.IntN(4)], ", "))
		}
		w.devices(i)
		w.say("}")
	}
}

func (w *wish) devices(user int) {
	cores := w.Perm(len(w.cores))[:1+w.IntN(3)]
	if w.odds(20) {
		return // neither Cores nor devices
	}
	var names []string
	for _, k := range cores {
		names = append(names, fmt.Sprintf("core.c%d", w.cores[k]))
	}
	w.say("  core_nodes = [%s]", strings.Join(names, ", "))
	if w.bare {
		return
	}
	for d := range w.IntN(3) {
		w.say("  device \"d%d\" {\n    core = %s", d, names[w.IntN(len(names))])
		if w.odds(40) {
			w.say("    uuid = %q", uuidOf(w.uuids[poolCores+2*user+d]+w.fresh))
		}
		w.say("  }")
	}
}

// acl gives some nodes a user of their own, and some people.
func (w *wish) acl(a access) {
	if a.auth == "" {
		return
	}
	w.say("acl {\n  auth = %q", a.auth)
	if a.enforce {
		w.say("  enforce = true")
	}
	w.say("}\nacl_user \"root\" {\n  roles = [\"root\"]\n}\nacl_user \"ops\" {\n  roles = [\"root\"]\n}\nacl_user \"reads\" {\n  roles = [\"planner\"]\n}")
	for _, i := range w.cores[:min(2, len(w.cores))] {
		w.say("acl_user \"c%d\" {\n  core = core.c%d\n  roles = [\"core\"]\n}", i, i)
	}
	for _, i := range w.entries[:min(3, len(w.entries))] {
		w.say("acl_user \"e%d\" {\n  entry = entry.e%d\n  roles = [\"entry\"]\n}", i, i)
	}
	w.of(geneWhole)
	w.say("acl_role \"support\" {\n  grant {\n    access = %q\n    on = [%s]\n  }\n}", []string{"read", "readwrite"}[w.IntN(2)], []string{"nodes", "users", "cells"}[w.IntN(3)])
	for i := range w.IntN(4) {
		w.say("acl_user \"p%d\" {\n  person = \"p%d@example.net\"\n  roles = [%q]\n}", i, i, []string{"support", "planner", "drift"}[w.IntN(3)])
	}
}
