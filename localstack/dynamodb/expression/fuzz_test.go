package expression_test

import (
	"encoding/json"
	"testing"

	"ecrmirror/localstack/dynamodb/expression"
	"ecrmirror/localstack/dynamodb/value"
)

const document = `{
	"pk": {"S": "a"}, "n": {"N": "1"}, "ss": {"SS": ["p", "q"]},
	"m": {"M": {"a": {"N": "1"}, "l": {"L": [{"N": "1"}, {"M": {"x": {"S": "y"}}}]}}}
}`

func parse(t testing.TB, text string) value.Item {
	t.Helper()
	var item value.Item
	if err := json.Unmarshal([]byte(text), &item); err != nil {
		t.Fatal(err)
	}
	return item
}

func substitutes(t testing.TB) *expression.Substitutes {
	t.Helper()
	values := parse(t, `{":x": {"N": "1"}, ":s": {"S": "a"}, ":l": {"L": [{"N": "1"}]}, ":ss": {"SS": ["p"]}}`)
	subs, err := expression.NewSubstitutes(map[string]string{"#n": "n", "#m": "m"}, values, false, "")
	if err != nil {
		t.Fatal(err)
	}
	return subs
}

// Whatever is written for an expression is refused or evaluated, and leaves the item as it was.
func FuzzExpressions(f *testing.F) {
	for _, seed := range []string{
		"n = :x", "NOT (n <> :x OR size(ss) >= :x) AND begins_with(pk, :s)", "m.l[1].x IN (:s, :x)",
		"#n BETWEEN :x AND :x", "attribute_exists(#m.a)",
		"contains(ss, pk)", "((n = :x))", "n = ", "SET n = n + :x, m.l[0] = :s REMOVE ss", "ADD n :x DELETE ss :ss",
		"SET m.l = list_append(m.l, :l)",
		"SET q = if_not_exists(n, :x) - :x", "SET m.a = :x, m = :x", "pk, m.l[0], m.l[1].x", "m.a[", "#", ":",
		"a.b.c[0][1]", "\x00", "n =:x é",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		item := parse(t, document)
		if c, err := expression.ParseCondition("FilterExpression", text, substitutes(t)); err == nil {
			c.Holds(item)
			c.Holds(nil)
			if key, err := expression.KeyConditionOf(c, expression.KeySchema{Hash: "pk", Range: "n"}); err == nil &&
				key.Range != nil {
				key.Range.Holds(item)
			}
			expression.Attributes(c)
		}
		if p, err := expression.ParseProjection(text, substitutes(t)); err == nil {
			if projected := p.Of(item); len(projected) > len(item) {
				t.Errorf("%q leaves %v", text, projected)
			}
		}
		if u, err := expression.ParseUpdate(text, substitutes(t)); err == nil {
			_, _ = u.Apply(nil) // what it can't change it refuses
			_, _ = u.Apply(item)
		}
		before := value.Value{Kind: value.M, Map: parse(t, document)}
		if !before.Equal(value.Value{Kind: value.M, Map: item}) {
			t.Errorf("%q has changed the item itself: %v", text, item)
		}
	})
}
