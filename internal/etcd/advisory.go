package etcd

import "cmp"

// Advisory is a known way around the permissions of keys that a version has.
type Advisory struct {
	// ID is the advisory's, empty where none was given.
	ID      string `json:"id,omitempty"`
	Summary string `json:"summary"`
	// FixedIn is the release that ends it: of the version's own line, or where
	// that has none the next one.
	FixedIn string `json:"fixed_in"`
}

// flaw is an advisory with the release of each line that fixes it, in order.
type flaw struct {
	id, summary string
	fixed       []version
}

// flaws are from etcd's own advisories and changelogs, as of November 2026.
func flaws() []flaw {
	return []flaw{
		{"CVE-2026-33343", "nested transactions get around the permissions of keys", []version{{3, 4, 42}, {3, 5, 28}, {3, 6, 9}}},
		{"CVE-2026-33413", "several requests are not checked for the user's rights", []version{{3, 4, 42}, {3, 5, 28}, {3, 6, 9}}},
		{"", "the former value (PrevKv) and the lease of a put in a nested transaction are not checked for the user's rights", []version{{3, 5, 30}, {3, 6, 11}}},
		{"GHSA-xg4h-6gfc-h4m8", "the watch of one key yields the changes of all later ones", []version{{3, 5, 33}, {3, 6, 14}, {3, 7, 1}}},
	}
}

// AdvisoriesOf lists the known ways around key permissions of a server's
// version; none for a version that can't be read.
func AdvisoriesOf(text string) []Advisory {
	v, ok := parseVersion(text)
	if !ok {
		return nil
	}
	var out []Advisory
	for _, f := range flaws() {
		if fix, open := f.fixFor(v); open {
			out = append(out, Advisory{ID: f.id, Summary: f.summary, FixedIn: fix.String()})
		}
	}
	return out
}

// fixFor is the release that a version is to be brought to; open is false where
// it has the fix. A line newer than all that were fixed has it from the start.
func (f flaw) fixFor(v version) (fix version, open bool) {
	for _, fix := range f.fixed {
		switch {
		case v.major == fix.major && v.minor == fix.minor:
			return fix, v.less(fix)
		case v.less(fix):
			return fix, true
		}
	}
	return version{}, false
}

// Versions are the versions of the members by name, or by id where a member
// has none or is known only by that.
func (c *Cluster) Versions() map[string]string {
	out := map[string]string{}
	for _, m := range c.Members {
		if m.Version != "" {
			out[cmp.Or(m.Name, m.ID)] = m.Version
		}
	}
	return out
}
