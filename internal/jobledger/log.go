package jobledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// Bounds of what the task metadata endpoint may take and answer.
const (
	metadataWithin  = 2 * time.Second
	longestMetadata = 64 << 10 // bytes
	longestName     = 512      // characters of a log group's or stream's name (CloudWatch Logs API Reference)
)

// Log asks the ECS task metadata endpoint, version 4, for the log of this container: GROUP:STREAM, "" if it has none by
// the awslogs driver. The endpoint is the value of ECS_CONTAINER_METADATA_URI_V4; without one the answer is "". It is
// asked without a proxy: its address is link-local.
//
// Source: Amazon ECS Developer Guide, "Amazon ECS task metadata endpoint version 4": the path itself answers with the
// container's metadata, whose LogOptions has awslogs-group and
// awslogs-stream. Neither may have a colon (API Reference, CreateLogStream).
func Log(ctx context.Context, endpoint string) (string, error) {
	if endpoint == "" {
		return "", nil
	}
	if u, err := url.Parse(endpoint); err != nil || u.Scheme != "http" {
		return "", fmt.Errorf("task metadata endpoint %q: no http URL", endpoint)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), metadataWithin)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, endpoint, http.NoBody)
	if err != nil {
		return "", fmt.Errorf("task metadata endpoint: %w", err)
	}
	client := http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	answer, err := client.Do(request)
	if err != nil {
		return "", fmt.Errorf("task metadata endpoint: %w", err)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return "", fmt.Errorf("task metadata endpoint: status %d", answer.StatusCode)
	}
	return logIn(io.LimitReader(answer.Body, longestMetadata))
}

var errLongName = errors.New("task metadata endpoint: the name of the log is too long")

func logIn(metadata io.Reader) (string, error) {
	var container struct {
		LogOptions map[string]string
	}
	if err := json.NewDecoder(metadata).Decode(&container); err != nil {
		return "", fmt.Errorf("task metadata endpoint: %w", err)
	}
	group, stream := container.LogOptions["awslogs-group"], container.LogOptions["awslogs-stream"]
	switch {
	case group == "" || stream == "":
		return "", nil
	case len(group) > longestName || len(stream) > longestName:
		return "", errLongName
	}
	return group + ":" + stream, nil
}
