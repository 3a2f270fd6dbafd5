package awsjson

import (
	"context"
	"encoding/json"
)

// Operations are those of a service, by name.
type Operations map[string]Operation

// Call runs an operation as a request would, for other stand-ins: in is what is encoded as its
// body, and what it answers is decoded into out, unless that is nil.
func (o Operations) Call(ctx context.Context, c Caller, name string, in, out any) error {
	op, ok := o[name]
	if !ok {
		return Errorf("UnknownOperationException", "the stand-in for %s does not have %s", c.Service, name)
	}
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	answer, err := op(ctx, c, body)
	if err != nil || out == nil {
		return err
	}
	if body, err = json.Marshal(answer); err != nil {
		return err
	}
	return json.Unmarshal(body, out)
}
