package cloudwatch

import (
	"context"
	"encoding/json"
	"math"
	"net/http"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"

	"ecrmirror/localstack/awsjson"
)

// epoch is the tag of a time: seconds since 1970.
const epoch = 1

// serveCBOR answers a request of the protocol rpc-v2-cbor.
//
// Source: https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
func (s *Service) serveCBOR(w http.ResponseWriter, r *http.Request) {
	op := s.operations[OperationName(r)]
	if op != nil {
		op = decoded(op)
	}
	out, err := awsjson.Do(r, s.opts.Home, bodyLimit, op)
	w.Header().Set("Content-Type", "application/cbor")
	w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
	if err != nil {
		e := awsjson.ErrorOf(err)
		w.WriteHeader(e.Status)
		out = map[string]any{"__type": "com.amazonaws.cloudwatch#" + e.Code, "message": e.Message}
	}
	_, _ = w.Write(cbor.Encode(encoded(out))) // an error means the client is gone
}

// decoded has the operation read a body in CBOR.
func decoded(op awsjson.Operation) awsjson.Operation {
	return func(ctx context.Context, c awsjson.Caller, body []byte) (any, error) {
		if len(body) == 0 {
			return op(ctx, c, nil)
		}
		value, err := cbor.Decode(body)
		if err != nil {
			return nil, awsjson.Errorf("SerializationException", "%v", err)
		}
		if body, err = json.Marshal(plain(value)); err != nil {
			return nil, awsjson.Errorf("SerializationException", "%v", err)
		}
		return op(ctx, c, body)
	}
}

// plain is a value as encoding/json writes it; times are seconds.
func plain(v cbor.Value) any {
	switch v := v.(type) {
	case cbor.Map:
		out := make(map[string]any, len(v))
		for name, item := range v {
			out[name] = plain(item)
		}
		return out
	case cbor.List:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = plain(item)
		}
		return out
	case cbor.String:
		return string(v)
	case cbor.Bool:
		return bool(v)
	case cbor.Uint:
		return uint64(v)
	case cbor.NegInt:
		return -float64(uint64(v))
	case cbor.Float32:
		return float64(v)
	case cbor.Float64:
		return float64(v)
	case *cbor.Tag:
		return plain(v.Value)
	default:
		return nil
	}
}

// encoded is the reverse, for the values that answers are made of.
func encoded(v any) cbor.Value {
	switch v := v.(type) {
	case map[string]any:
		out := make(cbor.Map, len(v))
		for name, item := range v {
			if item != nil {
				out[name] = encoded(item)
			}
		}
		return out
	case []any:
		out := make(cbor.List, len(v))
		for i, item := range v {
			out[i] = encoded(item)
		}
		return out
	case string:
		return cbor.String(v)
	case bool:
		return cbor.Bool(v)
	case int:
		if v < 0 {
			return cbor.NegInt(uint64(-v))
		}
		return cbor.Uint(uint64(v))
	case float64:
		return cbor.Float64(v)
	case time.Time:
		return &cbor.Tag{ID: epoch, Value: cbor.Float64(math.Round(float64(v.UnixMilli())) / 1000)}
	default:
		return cbor.Map{} // a structure without members
	}
}
