package dynamodb

import (
	"ecrmirror/localstack/dynamodb/expression"
	"ecrmirror/localstack/dynamodb/rows"
	"ecrmirror/localstack/dynamodb/value"
)

// A keySchema is the names and kinds of the attributes of a table's key.
type keySchema struct {
	expression.KeySchema
	hashKind, rangeKind value.Kind
}

// keyOf returns the key of an item.
func (s keySchema) keyOf(item value.Item) (rows.Key, error) {
	for _, k := range s.members() {
		v, ok := item[k.name]
		switch {
		case !ok:
			return rows.Key{}, invalid("One or more parameter values were invalid: Missing the key %s in the item",
				k.name)
		case v.Kind != k.kind:
			return rows.Key{}, invalid("One or more parameter values were invalid: Type mismatch for key %s "+
				"expected: %s actual: %s", k.name, k.kind, v.Kind)
		}
	}
	return s.key(item)
}

// keyFrom returns the key that is given by itself.
func (s keySchema) keyFrom(key value.Item) (rows.Key, error) {
	if err := key.Err(); err != nil {
		return rows.Key{}, err
	}
	members := s.members()
	for _, k := range members {
		if v, ok := key[k.name]; !ok || v.Kind != k.kind || len(key) != len(members) {
			return rows.Key{}, invalid("The provided key element does not match the schema")
		}
	}
	return s.key(key)
}

// key checks the values of a key that has them all.
func (s keySchema) key(item value.Item) (rows.Key, error) {
	for i, k := range s.members() {
		v := item[k.name]
		what, limit := "Size of hashkey has exceeded the maximum size limit of2048 bytes", maxHash
		if i == 1 {
			what, limit = "Aggregated size of all range keys has exceeded the size limit of 1024 bytes", maxRange
		}
		switch {
		case v.Text == "":
			return rows.Key{}, emptyKey(k)
		case k.kind != value.N && len(v.Text) > limit:
			return rows.Key{}, invalid("One or more parameter values were invalid: %s", what)
		}
	}
	return rows.NewKey(item[s.Hash], item[s.Range]), nil
}

func emptyKey(k keyMember) error {
	kind := "string"
	if k.kind == value.B {
		kind = "binary"
	}
	return invalid("One or more parameter values are not valid. The AttributeValue for a key attribute cannot "+
		"contain an empty %s value. Key: %s", kind, k.name)
}

type keyMember struct {
	name string
	kind value.Kind
}

// members are the attributes of the key, the partition key first.
func (s keySchema) members() []keyMember {
	members := []keyMember{{s.Hash, s.hashKind}}
	if s.Range != "" {
		members = append(members, keyMember{s.Range, s.rangeKind})
	}
	return members
}

// itemOf is a row's key as attributes.
func (s keySchema) itemOf(k rows.Key) value.Item {
	item := value.Item{s.Hash: k.Hash}
	if s.Range != "" {
		item[s.Range] = k.Range
	}
	return item
}
