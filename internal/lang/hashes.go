package lang

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"

	"github.com/google/uuid"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

func hashFunctions() map[string]function.Function {
	return map[string]function.Function{
		"sha256": textFunction("str", func(s string) (string, error) {
			sum := sha256.Sum256([]byte(s))
			return hex.EncodeToString(sum[:]), nil
		}),
		"sha512": textFunction("str", func(s string) (string, error) {
			sum := sha512.Sum512([]byte(s))
			return hex.EncodeToString(sum[:]), nil
		}),
		"uuidv5": uuidv5(),
	}
}

// uuidv5 makes the UUID that a name has in a namespace (RFC 9562, section 5.5):
// the same one in every run.
func uuidv5() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "namespace", Type: cty.String}, {Name: "name", Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			space, err := uuidNamespace(args[0].AsString())
			if err != nil {
				return cty.NilVal, err
			}
			return cty.StringVal(uuid.NewSHA1(space, []byte(args[1].AsString())).String()), nil
		},
	})
}

func uuidNamespace(s string) (uuid.UUID, error) {
	switch s {
	case "dns":
		return uuid.NameSpaceDNS, nil
	case "url":
		return uuid.NameSpaceURL, nil
	case "oid":
		return uuid.NameSpaceOID, nil
	case "x500":
		return uuid.NameSpaceX500, nil
	}
	space, err := uuid.Parse(s)
	if err != nil {
		return uuid.UUID{}, function.NewArgErrorf(0, `a namespace is "dns", "url", "oid", "x500" or a UUID, not %q`, s)
	}
	return space, nil
}
