package jobledger_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"ecrmirror/internal/jobledger"
)

// The answer is of the form of the ECS Developer Guide's examples for version 4.
const container = `{
  "DockerId": "ea32192c8553fbff06c9340478a2ff089b2bb5646fb718b4ee206641c9086d66", "Name": "default",
  "Labels": {"com.amazonaws.ecs.container-name": "default"}, "Limits": {"CPU": 2, "Memory": 0},
  "LogDriver": "awslogs", "LogOptions": {"awslogs-group": "/aws/batch/job", "awslogs-region": "us-east-1",
  "awslogs-stream": "mirror/default/8f03e41243824aea923aca126495f665"}, "Networks": [{"NetworkMode": "awsvpc"}]}`

func TestLog(t *testing.T) {
	for _, c := range []struct {
		what   string
		status int
		answer string
		want   string
		err    string
	}{
		{"awslogs", 200, container, "/aws/batch/job:mirror/default/8f03e41243824aea923aca126495f665", ""},
		{"another driver", 200, `{"LogDriver": "fluentd", "LogOptions": {"x": "y"}}`, "", ""},
		{"no driver", 200, `{"LogOptions": null}`, "", ""},
		{"failing", 500, container, "", "status 500"},
		{"leads elsewhere", 302, "", "", "status 302"},
		{"no JSON", 200, "<html>", "", "invalid character"},
		{"too much", 200, `{"Name": "` + strings.Repeat("x", 1<<20) + `"}`, "", "unexpected EOF"},
		{"no stream yet", 200, `{"LogOptions": {"awslogs-group": "g"}}`, "", ""},
		{"too long", 200, `{"LogOptions": {"awslogs-group": "g", "awslogs-stream": "` + strings.Repeat("x", 513) + `"}}`, "", "too long"},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/v4/id" {
				t.Errorf("%s: asked for %s", c.what, r.URL.Path)
			}
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(c.status)
			_, _ = fmt.Fprint(w, c.answer)
		}))
		got, err := jobledger.Log(ended(t), server.URL+"/v4/id")
		server.Close()
		if got != c.want || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %q, %v", c.what, got, err)
		}
	}
}

// ended returns the context of a job that was told to end.
func ended(t *testing.T) context.Context {
	ctx, end := context.WithCancel(t.Context())
	end()
	return ctx
}

func TestWithoutAMetadataEndpointNoLogIsKnown(t *testing.T) {
	if got, err := jobledger.Log(t.Context(), ""); got != "" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	for _, wrong := range []string{"file:///etc/passwd", "http://127.0.0.1:1", "%", "http://"} {
		if got, err := jobledger.Log(t.Context(), wrong); got != "" || err == nil {
			t.Errorf("%s: %q, %v", wrong, got, err)
		}
	}
}
