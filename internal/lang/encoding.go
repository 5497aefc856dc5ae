package lang

import (
	"encoding/base64"
	"errors"
	"net/url"
	"unicode/utf8"

	yaml "github.com/zclconf/go-cty-yaml"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

func encodingFunctions() map[string]function.Function {
	return map[string]function.Function{
		"base64decode": textFunction("str", decodeBase64),
		"base64encode": textFunction("str", func(s string) (string, error) {
			return base64.StdEncoding.EncodeToString([]byte(s)), nil
		}),
		"csvdecode":  decoder(stdlib.CSVDecodeFunc, readCSV),
		"jsondecode": decoder(stdlib.JSONDecodeFunc, readJSON),
		"jsonencode": encode(stdlib.JSONEncodeFunc),
		"urlencode":  textFunction("str", func(s string) (string, error) { return url.QueryEscape(s), nil }),
		"yamldecode": decoder(yaml.YAMLDecodeFunc, readYAML),
		"yamlencode": encode(yaml.YAMLEncodeFunc),
	}
}

func decodeBase64(s string) (string, error) {
	raw, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return "", errors.New("this is not base64")
	}
	if !utf8.Valid(raw) {
		return "", errors.New("what is encoded here is not text: it is not UTF-8")
	}
	return string(raw), nil
}

// encode is an encoder that leaves out the identities of objects: they have no
// form outside expressions.
func encode(inner function.Function) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{
			Name: "value", Type: cty.DynamicPseudoType, AllowNull: true, AllowDynamicType: true,
		}},
		Type: function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if !args[0].IsWhollyKnown() {
				return cty.UnknownVal(cty.String), nil
			}
			plain, err := Plain(args[0])
			if err != nil {
				return cty.NilVal, err
			}
			return inner.Call([]cty.Value{plain})
		},
	})
}
