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

// fieldOf is the name of a field that the layout knows, of a member of a set
// that of the set.
func fieldOf(p []string) (field string, ok bool) {
	switch last := p[len(p)-1]; {
	case len(p) == 3 && (p[0] == "nodes" || p[0] == "cells" || p[0] == "users" || p[0] == "routes"):
		return last, true
	case len(p) == 4 && p[0] == "nodes" && (p[2] == "tls" || p[2] == "settings"):
		return p[2] + "/" + last, true
	case len(p) == 4 && p[0] == "paths":
		return last, true
	case len(p) == 5 && p[0] == "paths" && p[3] == "tls":
		return "tls/" + last, true
	case len(p) == 4 && p[0] == "topology" && p[1] == "links", len(p) == 4 && p[0] == "users" && (p[2] == "core_nodes" || p[2] == "access"):
		return "member", true
	case len(p) == 5 && p[0] == "users" && p[2] == "devices":
		return last, true
	}
	return "", false
}

// spelled reports whether a value is as the layout spells the field; secret,
// that it must not be shown.
func spelled(field, value string) (good, secret bool) {
	switch field {
	case "member":
		return value == "", false
	case "role":
		return value == "core" || value == "entry", false
	case "status":
		return slices.Contains([]string{"active", "inactive", "archived"}, value), false
	case "status_at", "created", "rotated_at", "health_at":
		_, err := time.Parse(time.RFC3339, value)
		return err == nil && strings.HasSuffix(value, "Z"), false
	case "domain", "cell_domain":
		return domainForm.MatchString(value), false
	case "uuid":
		return uuidForm.MatchString(value), true
	case "node_number":
		return numberForm.MatchString(value), false
	case "core_node", "core_ip":
		return canonical(value), false
	case "hash_telegram_id":
		return digestForm.MatchString(value), true
	case "credential":
		return strings.HasPrefix(value, "$"), true
	case "tls/port":
		n, err := strconv.Atoi(value)
		return err == nil && n > 0 && n < 1<<16 && numberForm.MatchString(value), false
	case "tls/min_version":
		return value == "1.2" || value == "1.3", false
	}
	return value != "", true
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
