package laws

import (
	"fmt"
	"slices"
)

// claim is what a key holds that no other may hold, spelled so that equal
// texts are one claim; empty for a key that claims nothing.
func (c *checker) claim(key, value string, p []string) string {
	switch {
	case len(p) == 3 && p[0] == "nodes":
		return c.nodeClaim(value, p)
	case len(p) == 3 && p[0] == "users" && p[2] == "username":
		return "the username " + value
	}
	if _, ok := ownerOf(key); ok {
		return "the UUID " + p[3]
	}
	return ""
}

func (c *checker) nodeClaim(value string, p []string) string {
	switch p[2] {
	case "domain":
		return "the domain " + value
	case "uuid":
		return "the UUID " + value
	case "node_number":
		if cell, ok := c.at["nodes/"+p[1]+"/cell_domain"]; ok {
			return fmt.Sprintf("the number %s in the cell %s", value, cell)
		}
	}
	return ""
}

// unique finds what several hold, and devices of one user with one name.
func (c *checker) unique(holders map[string][]string) {
	names := map[string][]string{}
	for claim, keys := range holders {
		c.once(claim, keys)
		for _, key := range keys {
			if user, ok := ownerOf(key); ok {
				name := fmt.Sprintf("the device name %q of the user %s", c.at[key], user)
				names[name] = append(names[name], key)
			}
		}
	}
	for name, keys := range names {
		c.once(name, keys)
	}
}

func (c *checker) once(claim string, keys []string) {
	if len(keys) < 2 {
		return
	}
	slices.Sort(keys)
	for _, key := range keys[1:] {
		c.fault(Unique, key, "has %s, which %s has too", claim, keys[0])
	}
}
