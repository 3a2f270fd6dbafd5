package expression

import "ecrmirror/localstack/dynamodb/value"

// Names are the attributes that an expression names, as they come: the first names of its paths.
// It need not be a good expression.
func Names(text string, substitutes map[string]string) []string {
	tokens := lex(text)
	var names []string
	for i, t := range tokens {
		function := t.kind == word && tokens[i+1].text == "("
		inside := i > 0 && tokens[i-1].text == "."
		if t.kind != word || t.text[0] == ':' || function || inside {
			continue
		}
		if name, ok := substitutes[t.text]; ok {
			names = append(names, name)
		} else {
			names = append(names, t.text)
		}
	}
	return names
}

// LeadingKey returns the value that a key condition wants of the partition key; false if it says none.
func LeadingKey(text string, subs *Substitutes, hash string) (value.Value, bool) {
	c, err := ParseCondition("KeyConditionExpression", text, subs)
	if err != nil {
		return value.Value{}, false
	}
	parts, err := keyParts(c)
	if err != nil {
		return value.Value{}, false
	}
	for _, part := range parts {
		if part.name == hash && part.operator == "=" {
			return part.constants[0], true
		}
	}
	return value.Value{}, false
}
