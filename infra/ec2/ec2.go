// Package ec2 asks Amazon EC2 about zones and networks by its Query API, signed by the AWS SDK's
// signer. The SDK's own client of EC2 would take longer to compile than all else here together.
//
// Source: Amazon EC2 API Reference, version 2016-11-15.
package ec2

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/smithy-go"
)

// maxReply is how much of a reply is read, in bytes. A page of 1,000 endpoints has a few MB.
const maxReply = 16 << 20

// A Client asks EC2 of one region. Its requests are not retried.
type Client struct {
	cfg      aws.Config
	endpoint string
	signer   *v4.Signer
	now      func() time.Time
}

// New returns a client for the region and the credentials of cfg. It reaches cfg.BaseEndpoint if
// that is set, else EC2 of the region.
func New(cfg aws.Config) *Client {
	endpoint := aws.ToString(cfg.BaseEndpoint)
	if endpoint == "" {
		suffix := "amazonaws.com"
		if strings.HasPrefix(cfg.Region, "cn-") {
			suffix = "amazonaws.com.cn"
		}
		endpoint = "https://ec2." + cfg.Region + "." + suffix
	}
	return &Client{cfg: cfg, endpoint: strings.TrimSuffix(endpoint, "/") + "/", signer: v4.NewSigner(), now: time.Now}
}

// call asks for an action and decodes the reply into out. A refusal is a [smithy.APIError].
func (c *Client) call(ctx context.Context, action string, parameters url.Values, out any) error {
	parameters.Set("Action", action)
	parameters.Set("Version", "2016-11-15")
	reply, err := c.post(ctx, parameters.Encode())
	if err != nil {
		return fmt.Errorf("ec2:%s: %w", action, err)
	}
	if err := xml.Unmarshal(reply, out); err != nil {
		return fmt.Errorf("ec2:%s: %w", action, &smithy.DeserializationError{Err: err, Snapshot: reply})
	}
	return nil
}

// post sends a signed request and returns the reply. A refusal is a [smithy.APIError].
func (c *Client) post(ctx context.Context, body string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.endpoint, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	if err := c.sign(ctx, request, body); err != nil {
		return nil, err
	}
	client := c.cfg.HTTPClient
	if client == nil {
		client = http.DefaultClient
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	reply, err := io.ReadAll(io.LimitReader(response.Body, maxReply))
	if err != nil {
		return nil, fmt.Errorf("reading the reply: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		return nil, refusal(response.StatusCode, reply)
	}
	return reply, nil
}

func (c *Client) sign(ctx context.Context, request *http.Request, body string) error {
	credentials, err := c.cfg.Credentials.Retrieve(ctx)
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(body))
	return c.signer.SignHTTP(ctx, credentials, request, hex.EncodeToString(sum[:]), "ec2", c.cfg.Region, c.now())
}

// refusal returns the error of a reply. Services that are not there may answer otherwise.
func refusal(status int, reply []byte) error {
	var doc struct {
		Code    string                         `xml:"Errors>Error>Code"`
		Message string                         `xml:"Errors>Error>Message"`
		Query   struct{ Code, Message string } `xml:"Error"` // the Query protocol of others
	}
	if err := xml.Unmarshal(reply, &doc); err == nil {
		if doc.Code == "" {
			doc.Code, doc.Message = doc.Query.Code, doc.Query.Message
		}
		if doc.Code != "" {
			return &smithy.GenericAPIError{Code: doc.Code, Message: doc.Message}
		}
	}
	return &smithy.GenericAPIError{Code: fmt.Sprintf("HTTP %d", status), Message: "no error of EC2's in the reply"}
}
