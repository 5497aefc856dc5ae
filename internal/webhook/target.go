package webhook

import (
	"errors"
	"net/url"
)

// Target is where messages go. It prints only as scheme and host.
type Target struct{ url *url.URL }

// ParseTarget reads a URL. The error does not repeat it.
func ParseTarget(text string) (Target, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return Target{}, errors.New("it is not a URL")
	case u.Scheme != "http" && u.Scheme != "https":
		return Target{}, errors.New("it begins with neither https:// nor http://")
	case u.Hostname() == "":
		return Target{}, errors.New("it names no host")
	}
	return Target{url: u}, nil
}

// String is the scheme and the host.
func (t Target) String() string {
	if t.url == nil {
		return ""
	}
	return t.url.Scheme + "://" + t.url.Host
}

// GoString keeps the rest out of %#v too.
func (t Target) GoString() string { return t.String() }
