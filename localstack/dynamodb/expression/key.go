package expression

import (
	"slices"
	"strings"

	"ecrmirror/localstack/dynamodb/value"
)

// A KeyCondition says which items a Query is for.
type KeyCondition struct {
	Hash  value.Value   // of the partition key
	Range Condition     // of the sort key; nil if any
	Bound []value.Value // the constants of Range
}

// A KeySchema names the attributes of a table's key.
type KeySchema struct {
	Hash, Range string // Range is "" if there is none
}

// KeyConditionOf returns what a condition, which ParseCondition has read, says of a key.
func KeyConditionOf(c Condition, schema KeySchema) (KeyCondition, error) {
	parts, err := keyParts(c)
	if err != nil {
		return KeyCondition{}, err
	}
	var key KeyCondition
	byName := map[string]keyPart{}
	for _, part := range parts {
		if _, twice := byName[part.name]; twice {
			return key, invalid("KeyConditionExpressions must only contain one condition per key")
		}
		byName[part.name] = part
	}
	hash, ok := byName[schema.Hash]
	switch {
	case !ok:
		return key, invalid("Query condition missed key schema element: %s", schema.Hash)
	case hash.operator != "=":
		return key, invalid("Query key condition not supported")
	}
	key.Hash = hash.constants[0]
	delete(byName, schema.Hash)
	if part, ok := byName[schema.Range]; ok && schema.Range != "" {
		key.Range, key.Bound = part.condition, part.constants
		delete(byName, schema.Range)
	}
	if len(byName) > 0 {
		if schema.Range != "" && key.Range == nil {
			return key, invalid("Query condition missed key schema element: %s", schema.Range)
		}
		return key, invalid("Query key condition not supported")
	}
	return key, nil
}

// A keyPart is what a key condition says of one attribute.
type keyPart struct {
	name      string
	operator  string
	constants []value.Value
	condition Condition
}

// keyParts takes a condition apart that has only what key conditions may have.
func keyParts(c Condition) ([]keyPart, error) {
	switch c := c.(type) {
	case junction:
		if c.or {
			return nil, forbidden("OR")
		}
		var parts []keyPart
		for _, part := range c.parts {
			more, err := keyParts(part)
			if err != nil {
				return nil, err
			}
			parts = append(parts, more...)
		}
		return parts, nil
	case negation:
		return nil, forbidden("NOT")
	case oneOf:
		return nil, forbidden("IN")
	case function:
		if c.name != "begins_with" {
			return nil, forbidden(c.name)
		}
		if _, ok := c.args[0].(Path); !ok {
			return nil, invalid("Invalid condition in KeyConditionExpression: begins_with operator must have the key " +
				"attribute as its first operand")
		}
		return keyPartOf(c, c.name, c.args...)
	case between:
		return keyPartOf(c, "BETWEEN", c.x, c.low, c.high)
	case comparison:
		if c.operator == "<>" {
			return nil, forbidden("<>")
		}
		return keyPartOf(c, c.operator, c.a, c.b)
	}
	return nil, forbidden("?")
}

func forbidden(operator string) error {
	return invalid("Invalid operator used in KeyConditionExpression: %s", operator)
}

func keyPartOf(c Condition, operator string, operands ...operand) ([]keyPart, error) {
	part := keyPart{operator: operator, condition: c}
	for _, o := range operands {
		switch o := o.(type) {
		case constant:
			part.constants = append(part.constants, o.Value)
		case Path:
			if part.name != "" {
				return nil, invalid("Invalid condition in KeyConditionExpression: Multiple attribute names used in " +
					"one condition")
			}
			if len(o) > 1 {
				return nil, invalid("Key attributes must be scalars; list random access '[]' and map lookup '.' are "+
					"not allowed: Key: %s", o.Top())
			}
			part.name = o.Top()
		default:
			return nil, invalid("KeyConditionExpressions cannot contain nested operations")
		}
	}
	if part.name == "" {
		return nil, invalid("Invalid condition in KeyConditionExpression: No key attribute specified")
	}
	return []keyPart{part}, nil
}

// Attributes are the names of the attributes that a condition looks at, each once.
func Attributes(c Condition) []string {
	var names []string
	walk(c, func(p Path) {
		if !slices.Contains(names, p.Top()) {
			names = append(names, p.Top())
		}
	})
	slices.SortFunc(names, strings.Compare)
	return names
}

// walk calls f for every path of a condition.
func walk(c Condition, f func(Path)) {
	visit := func(operands ...operand) {
		for _, o := range operands {
			if s, ok := o.(sizeOf); ok {
				o = s.operand
			}
			if p, ok := o.(Path); ok {
				f(p)
			}
		}
	}
	switch c := c.(type) {
	case junction:
		for _, part := range c.parts {
			walk(part, f)
		}
	case negation:
		walk(c.Condition, f)
	case comparison:
		visit(c.a, c.b)
	case between:
		visit(c.x, c.low, c.high)
	case oneOf:
		visit(append(slices.Clone(c.list), c.x)...)
	case function:
		visit(c.args...)
	}
}
