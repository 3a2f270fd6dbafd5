package table

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/entry"
)

// attribute reads a value as DynamoDB's API writes it, {"S": "x"}; nil for what it would not write.
func attribute(raw json.RawMessage) types.AttributeValue {
	var v struct {
		S, N *string
		B    []byte
		BOOL *bool
		SS   []string
		L    []json.RawMessage
		M    map[string]json.RawMessage
	}
	_ = json.Unmarshal(raw, &v)
	switch {
	case v.S != nil:
		return &types.AttributeValueMemberS{Value: *v.S}
	case v.N != nil:
		return &types.AttributeValueMemberN{Value: *v.N}
	case v.B != nil:
		return &types.AttributeValueMemberB{Value: v.B}
	case v.BOOL != nil:
		return &types.AttributeValueMemberBOOL{Value: *v.BOOL}
	case v.SS != nil:
		return &types.AttributeValueMemberSS{Value: v.SS}
	case v.L != nil:
		list := &types.AttributeValueMemberL{}
		for _, element := range v.L {
			list.Value = append(list.Value, attribute(element))
		}
		return list
	case v.M != nil:
		return &types.AttributeValueMemberM{Value: attributes(v.M)}
	}
	return nil
}

func attributes(raw map[string]json.RawMessage) item {
	it := item{}
	for name, value := range raw {
		if v := attribute(value); v != nil {
			it[name] = v
		}
	}
	return it
}

// FuzzItem reads items as anybody may write them: into an entry that is written and read again as the
// same, into one that has expired, or into an error about that item.
func FuzzItem(f *testing.F) {
	for _, seed := range []string{
		`{"Source":{"S":"a:1"},"Destination":{"S":"r/a:1, r/b:1"},"Expires":{"N":"1800000000"}}`,
		`{"Source":{"S":"a:1"},"Destination":{"SS":["r/a:1","r/b:1"]},"Expires":{"N":"1"}}`,
		`{"Source":{"S":"a:1"},"Destination":{"L":[{"S":"r/a:1"},{"N":"1"}]}}`,
		`{"Source":{"N":"1"},"Destination":{"L":[null]},"Expires":{"S":"1"}}`,
		`{"Source":{"S":"a:1"},"Destination":{"S":"r/a:1"},"Status":{"M":{"checked":{"S":"2026-01-02T03:04:05.678Z"},` +
			`"source":{"S":"sha256:x"},"state":{"S":"failing"},"error":{"S":"no"},` +
			`"destinations":{"M":{"r/a:1":{"M":{"state":{"S":"current"},` +
			`"behind":{"S":"2026-01-02T03:04:05.678Z"},"job":{"S":"j"},"jobs":{"N":"-7"}}},"r/gone:1":{"M":{}},` +
			`"r/b:1":{"S":"x"}}}}}}`,
		`{"Source":{"S":"a"},"Destination":{"S":"r/a"},"Tags":{"L":[{"M":{"version":{"S":"^1"},"newest":{"N":"5"},` +
			`"pre":{"BOOL":true},"variant":{"L":[{"S":""},{"S":"alpine*"}]},"minimumAge":{"S":"3d"}}},` +
			`{"M":{"pin":{"SS":["latest"]},"to":{"S":"r/b"}}}]},"Labels":{"M":{"team":{"S":"x"}}}}`,
		`{"Source":{"S":"a/**"},"Tags":{"L":[{"M":{"include":{"S":"*"},"newest":{"S":"all"},"to":{"S":"r/"}}}]},` +
			`"Repos":{"M":{"exclude":{"S":"**/tmp-*"}}}}`,
		`{"Source":{"S":"a"},"Destination":{"S":"r/a"},"Options":{"M":{"platforms":{"L":[{"S":"linux/arm64"},` +
			`{"S":"linux/amd64"}]}}},"Tags":{"L":[{"M":{"version":{"S":"1"},"options":{"M":{"platforms":{"S":"all"}}}}}]}}`,
		`{"Source":{"S":"a:1"},"Destination":{"S":"r/a:1"},"Options":{"M":{"platforms":{"SS":["linux/arm"]}}}}`,
		`{"Source":{"S":"a:1"},"Destination":{"S":" ,, "},"Expires":{"N":"99999999999999999999"}}`,
	} {
		f.Add([]byte(seed))
	}
	now := time.Unix(1_700_000_000, 0)
	f.Fuzz(func(t *testing.T, raw []byte) {
		var members map[string]json.RawMessage
		if json.Unmarshal(raw, &members) != nil {
			return
		}
		e, expired, err := decode(attributes(members), now)
		var about *entry.Error
		switch {
		case err != nil:
			if !errors.As(err, &about) || expired {
				t.Errorf("%v, expired %v", err, expired)
			}
			return
		case expired:
			if e.Source != "" || len(e.Destinations) > 0 {
				t.Errorf("expired, and read: %+v", e)
			}
			return
		case len(e.Destinations) == 0 && e.NeedsDestinations(), !e.Expires.IsZero() && !e.Expires.After(now):
			t.Errorf("%+v", e)
		}
		for _, name := range e.Destinations {
			if name == "" || strings.Contains(name, ",") || strings.TrimSpace(name) != name {
				t.Errorf("destination %q", name)
			}
		}
		again := item{
			contract.AttrSource: key(e.Source)[contract.AttrSource],
		}
		again[contract.AttrStatus] = encodeStatus(e.Status)
		for _, option := range append([]option{destinationAttribute}, options...) {
			if v := option.encode(e); v != nil {
				again[option.name] = v
			}
		}
		e2, _, err := decode(again, now)
		if err != nil || !e2.Same(e) || !e2.Status.Equal(e.Status) || !e2.Status.Checked.Equal(e.Status.Checked) {
			t.Errorf("%+v, read again: %+v, %v", e, e2, err)
		}
		e.Problems() // of whatever names
		if p := e.Problems(); len(p) == 0 && e.Source == "" {
			t.Errorf("no problem with %+v", e)
		}
	})
}
