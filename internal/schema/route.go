package schema

import "github.com/sigilgate/sigilform/internal/addr"

func cellKind() Kind {
	return Kind{Name: addr.Cell, Plural: "cells", Path: "cells/", Data: "cells", Fields: append([]Field{
		{
			Name: "domain", Identity: true, Required: true, Check: Domain, Unique: Unique{Noun: "domain of a cell", Clash: "Two cells have the domain %s"},
			Doc: "the cell's domain; its identity",
		},
	}, status(true, "", "as of a node", statusDoc)...)}
}

func routeKind() Kind {
	fields := append([]Field{
		{Name: "entry", Identity: true, Required: true, Refers: addr.Entry, Doc: "where it begins"},
		{Name: "core", Identity: true, Required: true, Refers: addr.Core, Doc: "where it ends"},
	}, unread(status(true, "", "as of a node", statusDoc))...)
	return Kind{Name: addr.Route, Plural: "routes", Path: "paths/", Data: "routes", Fields: append(fields,
		stored(Rotated, Field{
			Name: "service_name", Check: ServiceName, Unseen: true, Administered: true, Value: "gRPC path of this route alone, where it differs from its Core's",
			Doc: "the first gRPC path of this route alone", Otherwise: "the Core's",
		}),
		overrides(tls("", "[overrides](#tls) for this route", "the Core's")),
		stored(Operational, Field{Name: "rotated_at", Administered: true, Value: "when it was last rotated"}),
	)}
}

// unread are fields that no program of today reads.
func unread(fields []Field) []Field {
	for i := range fields {
		fields[i].Read = false
	}
	return fields
}

// overrides is a block that stands for another one's.
func overrides(f Field) Field {
	f.Value = "overrides what the Core's `tls/…` say, key by key"
	return f
}
