package network

import (
	"fmt"
	"net/url"

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
	memberNames, urls := v.claims("etcd member name"), v.claims("etcd URL")
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
		memberNames.add(c.Addr, "etcd.name", c.Member.Name)
		urls.add(c.Addr, "etcd.peer_url", c.Member.PeerURL)
		v.memberURL(c.Addr, "etcd.peer_url", c.Member.PeerURL)
		v.memberURL(c.Addr, "etcd.client_url", c.Member.ClientURL)
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

func (v *validator) memberURL(a addr.Addr, attribute, text string) {
	if text == "" {
		return
	}
	u, err := url.Parse(text)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil || u.Path != "" && u.Path != "/" {
		v.refuse(a, attribute, fmt.Sprintf("%s is no URL of an etcd member", quoted(text)), "", `Write for example "https://192.0.2.1:2380".`)
	}
}
