package engine

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/etcd"
)

// advise warns of members whose version has known ways around the permissions
// of keys: what the ACL says there can't be relied on.
func advise(versions map[string]string) diag.List {
	members := map[string][]string{}
	for _, member := range slices.Sorted(maps.Keys(versions)) {
		members[versions[member]] = append(members[versions[member]], member)
	}
	var out diag.List
	for _, version := range slices.Sorted(maps.Keys(members)) {
		for _, a := range etcd.AdvisoriesOf(version) {
			what := a.Summary
			if a.ID != "" {
				what = a.ID + ": " + a.Summary
			}
			out = append(out, diag.Diagnostic{
				Severity: diag.Warning, Summary: fmt.Sprintf("etcd %s has a known way around the permissions of keys", version),
				Detail: fmt.Sprintf("%s. It concerns the members %s.", what, strings.Join(members[version], ", ")),
				Hint:   fmt.Sprintf("Upgrade them to etcd %s or later.", a.FixedIn),
			})
		}
	}
	return out
}
