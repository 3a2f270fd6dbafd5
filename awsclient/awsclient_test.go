package awsclient_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"

	"ecrmirror/awsclient"
	"ecrmirror/testkit/leaks"
)

func TestMain(m *testing.M) { leaks.Main(m) }

// A body ends only when it has been closed, as one of smithy-go's looks on a busy machine.
type body struct {
	*strings.Reader
	once   sync.Once
	closed chan struct{}
}

func (b *body) Read(p []byte) (int, error) {
	if b.Len() == 0 {
		<-b.closed
	}
	return b.Reader.Read(p)
}

// WriteTo is only asked for what follows the body.
func (b *body) WriteTo(io.Writer) (int64, error) {
	<-b.closed
	return 0, io.EOF
}

func (b *body) Close() error {
	b.once.Do(func() { close(b.closed) })
	return nil
}

// An answer is read to its end, though its beginning came before net/http was done with the request.
func TestAnswersAreReadToTheirEnd(t *testing.T) {
	const question, answer, times = "the question", "the answer", 100_000
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadFull(r.Body, make([]byte, r.ContentLength))
		for range times {
			_, _ = io.WriteString(w, answer)
		}
	}))
	defer server.Close()
	client := awsclient.New()
	for range 20 {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.ContentLength = int64(len(question))
		request.Body = &body{Reader: strings.NewReader(question), closed: make(chan struct{})}
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = request.Body.Close() // as the SDK does
		got, err := io.ReadAll(response.Body)
		if err != nil || len(got) != times*len(answer) {
			t.Fatalf("%d bytes, %v", len(got), err)
		}
		_ = response.Body.Close()
	}
}

// Whatever client a configuration has, its calls are made by that.
func TestOf(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	for name, client := range map[string]aws.HTTPClient{
		"none": nil, "the SDK's": awshttp.NewBuildableClient(), "another": &http.Client{Transport: &http.Transport{}},
	} {
		asked := false
		got := awsclient.Of(aws.Config{HTTPClient: client}, func(tr *http.Transport) { asked = tr != nil })
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, strings.NewReader("x"))
		if err != nil {
			t.Fatal(err)
		}
		response, err := got.Do(request)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		_ = response.Body.Close()
		if asked == (name == "another") {
			t.Errorf("%s: asked for options: %v", name, asked)
		}
	}
}
