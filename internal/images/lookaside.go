package images

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"

	"github.com/opencontainers/go-digest"
	"go.podman.io/image/v5/types"

	"ecrmirror/internal/registryclient"
)

// lookaside returns the client for a host that keeps signatures, which the user's files name: with a login
// only where the URL has one.
func (r *Client) lookaside(at *url.URL) (*registryclient.Registry, error) {
	insecure := r.isInsecure(at.Host)
	if at.Scheme == "http" && !insecure {
		return nil, fmt.Errorf("signatures: %s is to be reached by plain HTTP, and is not an insecure registry", at.Host)
	}
	opts := registryclient.Options{
		Host: at.Host, Insecure: insecure, Network: r.opts.Network, UserAgent: r.opts.UserAgent,
		Shared: r.hosts.shared, Budget: r.opts.Budget, Chunks: r.opts.Chunks,
	}
	if at.User != nil {
		password, _ := at.User.Password()
		login := registryclient.Login{
			DockerAuthConfig: types.DockerAuthConfig{Username: at.User.Username(), Password: password}, Place: "registries.d",
		}
		opts.Login = func(context.Context, string) (registryclient.Login, error) { return login, nil }
	}
	return registryclient.New(opts)
}

// aside returns the signatures of a manifest in the lookaside: files with numbers, until one is missing
// (https://github.com/containers/image/blob/main/docs/signature-protocols.md).
func (s *signatures) aside(ctx context.Context, d digest.Digest) (list []signature, err error) {
	if err := d.Validate(); err != nil {
		return nil, err
	}
	left := int64(maxSignatureBytes)
	for n := 1; n <= maxSignatures; n++ {
		at := *s.places.lookaside
		at.Path = fmt.Sprintf("%s@%s=%s/signature-%d", at.Path, d.Algorithm(), d.Encoded(), n)
		at.RawPath = ""
		var blob []byte
		switch {
		case s.lookaside != nil:
			blob, err = s.lookaside.File(ctx, &at, min(left, maxSignature))
		case at.Scheme == "file":
			blob, err = readFile(at.Path, min(left, maxSignature))
		default:
			err = fmt.Errorf("signatures are not read by the scheme of %s", at.Redacted())
		}
		switch {
		case errors.Is(err, fs.ErrNotExist), errors.Is(err, registryclient.ErrNotFound):
			return list, nil
		case err != nil:
			return nil, fmt.Errorf("signature %d: %w", n, err)
		}
		left -= int64(len(blob))
		list = append(list, signature{at.Redacted(), blob})
	}
	return nil, fmt.Errorf("more than %d signatures at %s", maxSignatures, s.places.lookaside.Redacted())
}

func readFile(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(content)) > limit {
		err = fmt.Errorf("%s: more than %d bytes", path, limit)
	}
	return content, err
}

// kept returns the signatures of a manifest that the registry itself keeps.
func (s *signatures) kept(ctx context.Context, d digest.Digest) ([]signature, error) {
	text, err := s.host.Repository(s.name.Repository).SignatureList(ctx, d)
	if err != nil {
		return nil, err
	}
	var list struct {
		Signatures keptSignatures `json:"signatures"`
	}
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, fmt.Errorf("signatures of %s at %s: %w", d, s.name.Host, err)
	}
	return list.Signatures, nil
}

// keptSignatures are so many at most.
type keptSignatures []signature

// UnmarshalJSON implements [json.Unmarshaler]. Signatures of other kinds are passed over.
func (list *keptSignatures) UnmarshalJSON(text []byte) error {
	*list = nil
	return eachOf(text, '[', func(d *json.Decoder) error {
		if len(*list) == maxSignatures {
			return fmt.Errorf("more than %d signatures", maxSignatures)
		}
		var one struct {
			Version int    `json:"schemaVersion"`
			Name    string `json:"name"`
			Type    string `json:"type"`
			Content []byte `json:"content"`
		}
		if err := d.Decode(&one); err != nil {
			return err
		}
		if one.Version == 2 && one.Type == "atomic" {
			*list = append(*list, signature{"the registry", append([]byte("\x00simple-signing\n"), one.Content...)})
		}
		return nil
	})
}
