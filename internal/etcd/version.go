package etcd

import (
	"strconv"
	"strings"
)

// version is that of a server, without what comes after a dash.
type version struct{ major, minor, patch int }

func (v version) less(o version) bool {
	switch {
	case v.major != o.major:
		return v.major < o.major
	case v.minor != o.minor:
		return v.minor < o.minor
	}
	return v.patch < o.patch
}

// parseVersion reads "3.5.33" and "3.7.0-rc.1". A pre-release counts as what
// came before its release.
func parseVersion(text string) (version, bool) {
	text, pre, isPre := strings.Cut(text, "-")
	parts := strings.Split(text, ".")
	if len(parts) != 3 || isPre && pre == "" {
		return version{}, false
	}
	var n [3]int
	for i, p := range parts {
		var err error
		if n[i], err = strconv.Atoi(p); err != nil || n[i] < 0 {
			return version{}, false
		}
	}
	out := version{n[0], n[1], n[2]}
	if isPre {
		out.patch--
	}
	return out, true
}

// String is the version in its usual form.
func (v version) String() string {
	return strconv.Itoa(v.major) + "." + strconv.Itoa(v.minor) + "." + strconv.Itoa(v.patch)
}
