package lambdafunction

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"ecrmirror/internal/printable"

	"github.com/aws/aws-lambda-go/lambda/messages"
)

// initTime is how long Lambda may take to be told why the function cannot start.
const initTime = 2 * time.Second

// reportInit tells Lambda why the function cannot start. aws-lambda-go does not have that.
func reportInit(ctx context.Context, api string, cause error) error {
	kind := errorType(cause)
	body, err := json.Marshal(messages.InvokeResponse_Error{Type: kind, Message: printable.Line(cause.Error())})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, initTime)
	defer cancel()
	address := "http://" + api + "/2018-06-01/runtime/init/error"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Lambda-Runtime-Function-Error-Type", "Runtime."+kind)
	transport := &http.Transport{} // without the proxies of the environment
	defer transport.CloseIdleConnections()
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return err
	}
	if err := resp.Body.Close(); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusAccepted {
		return fmt.Errorf("its runtime API refused it: %s", resp.Status)
	}
	return nil
}
