package ecr

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	awsecr "github.com/aws/aws-sdk-go-v2/service/ecr"

	"ecrmirror/localstack/iam"
	"ecrmirror/testkit/awstest"
)

// A guarded world is one in which /v2/ takes a login, and root users may what is theirs.
func newGuardedWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.opts.Authorize = func(p iam.Principal, a iam.Access) error {
		if a.Account != p.Account {
			return errors.New("may not " + a.Action + " " + a.Resource)
		}
		return nil
	}
	return w
}

// password returns that of a new login of an account in a region.
func (w *world) password(account, region string) string {
	w.t.Helper()
	out := awstest.Must[*awsecr.GetAuthorizationTokenOutput](w.t)(
		w.client(account, region).GetAuthorizationToken(w.t.Context(), &awsecr.GetAuthorizationTokenInput{}))
	text := awstest.Must[[]byte](w.t)(base64.StdEncoding.DecodeString(*out.AuthorizationData[0].AuthorizationToken))
	_, password, _ := strings.Cut(string(text), ":")
	return password
}

// ask sends a request under /v2/ with a login, and returns the status, challenge and body of the answer.
func (w *world) ask(method, host, path, user, password string) (int, string, string) {
	w.t.Helper()
	request := awstest.Must[*http.Request](w.t)(http.NewRequestWithContext(w.t.Context(), method, w.url+path, nil))
	request.Header.Set("Accept", ociManifest)
	if host != "" {
		request.Host = host
	}
	if user != "" {
		request.SetBasicAuth(user, password)
	}
	response := awstest.Must[*http.Response](w.t)(http.DefaultClient.Do(request))
	defer func() { _ = response.Body.Close() }()
	var body strings.Builder
	_ = response.Write(&body)
	return response.StatusCode, response.Header.Get("WWW-Authenticate"), body.String()
}

func TestRegistryTakesALogin(t *testing.T) {
	w := newGuardedWorld(t)
	w.repository("app")
	w.image("app", "1", "config")
	const (
		ours  = home + ".dkr.ecr." + region + ".amazonaws.com"
		asked = `Basic realm="https://` + ours + `/",service="ecr.amazonaws.com"`
		path  = "/v2/" + home + "/" + region + "/app/manifests/1"
	)
	good, foreign, elsewhere := w.password(home, region), w.password(other, region), w.password(home, "us-west-2")
	for _, c := range []struct {
		name, method, host, path, user, password string
		status                                   int
		challenge, body                          string
	}{
		{"none", "GET", "", path, "", "", 401, asked, "Not Authorized"},
		{"none, HEAD", "HEAD", "", path, "", "", 401, asked, ""},
		{
			"none, to push", "POST", "", "/v2/" + home + "/" + region + "/app/blobs/uploads/", "", "", 401, asked,
			"Not Authorized",
		},
		{"none, its own host", "GET", ours, "/v2/", "", "", 401, asked, "Not Authorized"},
		{"wrong", "GET", "", path, "AWS", "nonsense", 401, asked, "Not Authorized"},
		{"another user", "GET", "", path, "robot", good, 401, asked, "Not Authorized"},
		{"of another region", "GET", "", path, "AWS", elsewhere, 401, asked, "Not Authorized"},
		{
			"of another account, without permission", "GET", "", path, "AWS", foreign, 403, "",
			`"code":"DENIED","message":"may not ecr:BatchGetImage arn:aws:ecr:` + region + `:` + home +
				`:repository/app"`,
		},
		{"right", "GET", "", path, "AWS", good, 200, "", "schemaVersion"},
		{"right, its own host", "GET", ours, "/v2/app/manifests/1", "AWS", good, 200, "", "schemaVersion"},
		{"right, base", "GET", ours, "/v2/", "AWS", good, 200, "", ""},
		{"the ordinary registry takes none", "GET", "", "/v2/", "", "", 200, "", ""},
		{
			"ECR Public is read by all", "GET", "", "/v2/public/" + PublicAlias(home) + "/nothing/tags/list", "",
			"", 404, "", "",
		},
		{
			"ECR Public is not written by all", "POST", "", "/v2/public/" + PublicAlias(home) + "/nothing/blobs/uploads/",
			"AWS", good, 401, "Basic", "",
		},
	} {
		status, challenge, body := w.ask(c.method, c.host, c.path, c.user, c.password)
		if status != c.status || !strings.HasPrefix(challenge, c.challenge) ||
			(challenge == "") != (c.challenge == "") || !strings.Contains(body, c.body) {
			t.Errorf("%s: %d, %q\n%s", c.name, status, challenge, body)
		}
	}
	w.pass(12*time.Hour + time.Second)
	if status, _, _ := w.ask("GET", "", path, "AWS", good); status != http.StatusUnauthorized {
		t.Errorf("expired: %d", status)
	}
}

// TestRequestsTakeTheActionsOfTheAPI tells what is asked for under /v2/.
func TestRequestsTakeTheActionsOfTheAPI(t *testing.T) {
	for _, c := range []struct{ method, path, want string }{
		{"GET", "manifests/1", "ecr:BatchGetImage"},
		{"HEAD", "manifests/1", "ecr:BatchGetImage"},
		{"PUT", "manifests/1", "ecr:PutImage"},
		{"HEAD", "blobs/sha256:00", "ecr:BatchCheckLayerAvailability"},
		{"GET", "blobs/sha256:00", "ecr:GetDownloadUrlForLayer"},
		{"POST", "blobs/uploads/", "ecr:InitiateLayerUpload"},
		{"PATCH", "blobs/uploads/1", "ecr:UploadLayerPart"},
		{"PUT", "blobs/uploads/1", "ecr:CompleteLayerUpload"},
		{"GET", "tags/list", "ecr:ListImages"},
	} {
		w := newWorld(t)
		w.repository("app")
		var got string
		w.opts.Authorize = func(_ iam.Principal, a iam.Access) error {
			got = a.Action
			return errors.New("no")
		}
		status, _, _ := w.ask(c.method, "", "/v2/"+home+"/"+region+"/app/"+c.path, "AWS", w.password(home, region))
		if got != c.want || status != http.StatusForbidden {
			t.Errorf("%s %s takes %s, want %s (%d)", c.method, c.path, got, c.want, status)
		}
	}
}
