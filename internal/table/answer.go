package table

import (
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"ecrmirror/internal/answerlimit"
)

// maxAnswer is how many bytes of JSON an answer of DynamoDB may have.
const maxAnswer = 1 << 20

// errLarge is why an answer is not read. Fewer items may have a smaller one.
var errLarge = fmt.Errorf("more than %d bytes of JSON, which no entry comes near", maxAnswer)

// limited is an option of calls whose answers hold items.
func limited(o *dynamodb.Options) { answerlimit.Bytes(maxAnswer, errLarge)(o) }

// isLarge reports whether err is that an answer was too large.
func isLarge(err error) bool { return errors.Is(err, errLarge) }
