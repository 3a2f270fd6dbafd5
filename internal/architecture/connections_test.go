package architecture

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// connecting are what makes connections of its own, or says how they are made, by package.
var connecting = map[string][]string{
	"net/http": {
		"DefaultClient", "DefaultTransport", "Get", "Head", "Post", "PostForm", "Client", "Transport",
		"NewFileTransport",
	},
	"net": {
		"Dial", "DialTimeout", "DialIP", "DialTCP", "DialUDP", "DialUnix", "Dialer", "Resolver", "LookupHost",
		"LookupIP", "LookupAddr", "DefaultResolver",
	},
	"crypto/tls":             {"Dial", "DialWithDialer", "Dialer", "Client"},
	"golang.org/x/net/http2": {"Transport", "ConfigureTransport"},
	"golang.org/x/net/proxy": {"Dial", "FromEnvironment", "SOCKS5"},
	"go.podman.io/image/v5/docker": {
		"GetRepositoryTags", "GetDigest", "CheckAuth", "SearchRegistry", "Image",
	},
	"go.podman.io/image/v5/copy":              {"Image"},
	"github.com/aws/smithy-go/transport/http": {"NewClientHandler"},
}

// outsideTheFence are the files that make connections which package fence does not see, or transports
// that it is given, and why they may.
var outsideTheFence = map[string]string{
	"internal/registryclient/wire/client.go":      "transports for the fence to give connections",
	"internal/registryclient/wire/upload_conn.go": "wraps the connections of one",
	"internal/registryclient/auth/token.go":       "a client whose transport is the fence's",
	"internal/ecr/client.go":                      "transports for the fence to give connections",
	"internal/ecr/blob.go":                        "reads by the clients of client.go",
	"internal/chunked/http.go":                    "reads by a client that it is given",
	"internal/lambdafunction/init.go": "tells Lambda, at the address that Lambda gives, that the start " +
		"failed",
	"internal/jobledger/log.go": "asks ECS, at the address that ECS gives, which log stream a job has",
	"awsclient/awsclient.go":    "options of the AWS SDK's own transport, which its callers give",
	"internal/program/aws.go":   "options of the AWS SDK's own transport, to the endpoints that the operator names",
	"cmd/controller/open.go": "how many connections the AWS SDK keeps to the endpoints that the " +
		"operator names",
}

// TestConnectionsGoThroughTheFence: every connection of the programs is made by package fence, or by the AWS SDK,
// whose endpoints are AWS's or those that the operator names.
func TestConnectionsGoThroughTheFence(t *testing.T) {
	found := map[string]bool{}
	for _, tree := range []string{"awsclient", "cmd", "internal"} {
		err := filepath.WalkDir(filepath.Join(root, tree), func(path string, d fs.DirEntry, err error) error {
			name, _ := filepath.Rel(root, path)
			name = filepath.ToSlash(name)
			if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(
				name, "_test.go",
			) || strings.HasPrefix(name, "internal/fence/") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				return err
			}
			uses := connections(file)
			if len(uses) > 0 && outsideTheFence[name] == "" {
				t.Errorf(
					"%s uses %s: connections are package fence's to make, or the file stands in outsideTheFence with "+
						"a reason",
					name, strings.Join(uses, ", "),
				)
			}
			found[name] = len(uses) > 0
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for name := range outsideTheFence {
		if !found[name] {
			t.Errorf("%s stands in outsideTheFence and makes no connection", name)
		}
	}
}

// connections returns what a file uses of connecting.
func connections(file *ast.File) (uses []string) {
	imports := map[string]string{}
	for _, spec := range file.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil || connecting[path] == nil {
			continue
		}
		name := path[strings.LastIndexByte(path, '/')+1:]
		if spec.Name != nil {
			name = spec.Name.Name
		}
		imports[name] = path
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if of, ok := s.X.(*ast.Ident); ok && slices.Contains(connecting[imports[of.Name]], s.Sel.Name) {
				uses = append(uses, of.Name+"."+s.Sel.Name)
			}
		}
		return true
	})
	return uses
}

// TestConnectionsAreReallyFound shows that the test above has teeth.
func TestConnectionsAreReallyFound(t *testing.T) {
	for src, want := range map[string]string{
		`package x; import "net/http"; var _, _ = http.Get("x")`:                          "http.Get",
		`package x; import web "net/http"; var _ = web.DefaultClient`:                     "web.DefaultClient",
		`package x; import "net"; func f() { var d net.Dialer; _ = d }`:                   "net.Dialer",
		`package x; import "crypto/tls"; var _, _ = tls.Dial("tcp", "x", nil)`:            "tls.Dial",
		`package x; import "net/http"; var _ http.RoundTripper`:                           "",
		`package x; import "net/http"; type T struct{ Get int }; var _ = (http.Header{})`: "",
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "x.go", src, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(connections(file), ","); got != want {
			t.Errorf("%s: %q, want %q", src, got, want)
		}
	}
}
