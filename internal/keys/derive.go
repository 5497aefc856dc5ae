package keys

import (
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/network"
)

// DerivedFields are the names of a kind's derived fields.
func DerivedFields(kind addr.Kind) []string {
	switch kind {
	case addr.Core, addr.Entry:
		return []string{"role"}
	case addr.Device:
		return []string{"route.core_ip", "route.status"}
	default:
		return nil
	}
}

// Derive is the value of a derived field, from the value of its source; ok is
// false where the source has none.
func Derive(kind addr.Kind, name string, source func(name string) (string, bool)) (value string, ok bool) {
	switch name {
	case "role":
		return string(kind), true
	case "route.core_ip":
		return source("core")
	case "route.status":
		if _, ok := source("core"); !ok {
			return "", false // a device without a Core has no route
		}
		status, ok := source("status")
		return routeStatus(status), ok
	}
	return "", false
}

// routeStatus is the status of a device's route: active where the device is.
func routeStatus(device string) string {
	if device == network.Active {
		return network.Active
	}
	return network.Archived
}

// Ignored reports whether lifecycle.ignore_changes covers a field: by its
// name, by the map or set that it is in, or by "all".
func Ignored(ignore []string, field string) bool {
	for _, name := range ignore {
		if name == "all" || name == field || strings.HasPrefix(field, name+".") {
			return true
		}
	}
	return false
}
