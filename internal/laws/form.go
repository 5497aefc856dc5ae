package laws

import (
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

var (
	domainForm = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)+$`)
	uuidForm   = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	digestForm = regexp.MustCompile(`^[0-9a-f]{64}$`)
	numberForm = regexp.MustCompile(`^(0|[1-9][0-9]*)$`)
)

// form checks how a field is spelled. What the layout does not know is passed
// over.
func (c *checker) form(key, value string, p []string) {
	field, ok := fieldOf(p)
	if !ok {
		return
	}
	if p[0] == "nodes" && !canonical(p[1]) {
		c.fault(Form, key, "has an IP that is not canonical")
	}
	switch good, secret := spelled(field, value); {
	case good:
	case secret:
		c.fault(Form, key, "is not spelled as the layout says")
	default:
		c.fault(Form, key, "is %q, which is not how the layout spells it", value)
	}
}

// fields are where the fields of the layout stand: segments of a key, "*" for
// any text. Of those that have a name, it is what the last segment is below.
var fields = []struct{ form, name string }{ //nolint:gochecknoglobals // a table that nobody writes to
	{"nodes/*/*", ""},
	{"cells/*/*", ""},
	{"users/*/*", ""},
	{"routes/*/*", ""},
	{"nodes/*/tls/*", "tls/"},
	{"nodes/*/settings/*", "settings/"},
	{"paths/*/*/*", ""},
	{"paths/*/*/tls/*", "tls/"},
	{"topology/links/*/*", member},
	{"users/*/core_nodes/*", member},
	{"users/*/access/*", member},
	{"users/*/devices/*/*", ""},
}

// member is the name of all members of sets.
const member = "member"

// fieldOf is the name of a field that the layout knows, of a member of a set
// that of the set.
func fieldOf(p []string) (field string, ok bool) {
	for _, f := range fields {
		if !fits(f.form, p) {
			continue
		}
		if f.name == member {
			return member, true
		}
		return f.name + p[len(p)-1], true
	}
	return "", false
}

func fits(form string, p []string) bool {
	for i, part := range p {
		want, rest, more := strings.Cut(form, "/")
		if want != "*" && want != part || more != (i < len(p)-1) {
			return false
		}
		form = rest
	}
	return true
}

// spelling is how the layout spells a field.
type spelling struct {
	good func(value string) bool
	// secret says that a value must not be shown.
	secret bool
}

var spellings = map[string]spelling{ //nolint:gochecknoglobals // a table that nobody writes to
	member:             {good: func(v string) bool { return v == "" }},
	"role":             {good: oneOf("core", "entry")},
	"status":           {good: oneOf("active", "inactive", "archived")},
	"status_at":        {good: isTime},
	"created":          {good: isTime},
	"rotated_at":       {good: isTime},
	"health_at":        {good: isTime},
	"domain":           {good: domainForm.MatchString},
	"cell_domain":      {good: domainForm.MatchString},
	"uuid":             {good: uuidForm.MatchString, secret: true},
	"node_number":      {good: numberForm.MatchString},
	"core_node":        {good: canonical},
	"core_ip":          {good: canonical},
	"hash_telegram_id": {good: digestForm.MatchString, secret: true},
	"credential":       {good: func(v string) bool { return strings.HasPrefix(v, "$") }, secret: true},
	"tls/port":         {good: isPort},
	"tls/min_version":  {good: oneOf("1.2", "1.3")},
}

// spelled reports whether a value is as the layout spells the field; secret,
// that it must not be shown.
func spelled(field, value string) (good, secret bool) {
	if s, ok := spellings[field]; ok {
		return s.good(value), s.secret
	}
	return value != "", true
}

func oneOf(words ...string) func(string) bool {
	return func(v string) bool { return slices.Contains(words, v) }
}

func isTime(v string) bool {
	_, err := time.Parse(time.RFC3339, v)
	return err == nil && strings.HasSuffix(v, "Z")
}

func isPort(v string) bool {
	n, err := strconv.Atoi(v)
	return err == nil && n > 0 && n < 1<<16 && numberForm.MatchString(v)
}

func canonical(ip string) bool {
	a, err := netip.ParseAddr(ip)
	return err == nil && a.String() == ip
}

// ownerOf is the user whose device a marker is of.
func ownerOf(marker string) (user string, ok bool) {
	p := strings.Split(marker, "/")
	if len(p) == 5 && p[0] == "users" && p[4] == "device" {
		return p[1], true
	}
	return "", false
}
