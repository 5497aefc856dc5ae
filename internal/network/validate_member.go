package network

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
)

// Tolerance is how many of n etcd members may fail: the rest is a majority.
func Tolerance(n int) int {
	if n == 0 {
		return 0
	}
	return (n - 1) / 2
}

// members checks the etcd members that Cores declare.
func (v *validator) members() {
	names, peers, clients := v.claims("Two etcd members have the name %s"), v.claims("Two etcd members have one peer URL %s"), v.claims("Two etcd members have one client URL %s")
	count, inUse := 0, 0
	var last addr.Addr
	for i := range v.Cores {
		c := &v.Cores[i]
		if !archived(c.Status) {
			inUse++
		}
		if c.Member == nil {
			continue
		}
		count++
		last = c.Addr
		names.add(c.Addr, "etcd.name", Text{Value: c.Member.Name})
		v.memberName(c.Addr, c.Member.Name)
		if v.memberURL(c.Addr, "etcd.peer_url", c.Member.PeerURL) {
			peers.add(c.Addr, "etcd.peer_url", Text{Value: c.Member.PeerURL})
		}
		if v.memberURL(c.Addr, "etcd.client_url", c.Member.ClientURL) {
			clients.add(c.Addr, "etcd.client_url", Text{Value: c.Member.ClientURL})
		}
	}
	switch {
	case count == 0:
	case count%2 == 0:
		v.add(warning(last, "etcd", fmt.Sprintf("The cluster has %d members, an even number", count),
			fmt.Sprintf("It survives the failure of %d, no more than with %d members.", Tolerance(count), count-1), "Add or remove one member."))
	case count < 3 && inUse > 1:
		v.add(warning(last, "etcd", fmt.Sprintf("The cluster has only %d member", count),
			fmt.Sprintf("It survives the failure of %d.", Tolerance(count)), "Let three Cores host a member: that survives the failure of one."))
	}
}

func (v *validator) memberName(a addr.Addr, name string) {
	if name != "" && !keySegment.MatchString(name) {
		v.refuse(a, "etcd.name", "The etcd member name is not well formed",
			"It has letters, digits, dots, underscores and dashes: etcd lists members as name=url, joined with commas.", "")
	}
}

// memberURL checks a URL. One that is refused may hold a password, and is shown nowhere.
func (v *validator) memberURL(a addr.Addr, attribute, text string) bool {
	if text == "" {
		return true
	}
	u, err := url.Parse(text)
	if err != nil || !isMemberURL(u) {
		v.refuse(a, attribute, fmt.Sprintf("%s is not the URL of an etcd member", attribute),
			"It has a scheme, a host and a port, and nothing else: no user, no password, no path.", `Write for example "https://192.0.2.1:2380".`)
		return false
	}
	return true
}

func isMemberURL(u *url.URL) bool {
	if u.Scheme != "http" && u.Scheme != "https" {
		return false
	}
	bare := url.URL{Scheme: u.Scheme, Host: u.Host}
	return u.Hostname() != "" && strings.TrimSuffix(u.String(), "/") == bare.String()
}
