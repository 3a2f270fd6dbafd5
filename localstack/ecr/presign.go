package ecr

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"
)

// BlobPrefix begins the path of every presigned URL.
const BlobPrefix = "/starport/"

const (
	urlLifetime = time.Hour
	amzTime     = "20060102T150405Z"
)

// blobID names a blob of a repository in a presigned URL.
func blobID(id repositoryID, d digest.Digest) string {
	return base64.RawURLEncoding.EncodeToString([]byte(id.String() + "@" + d.String()))
}

func parseBlobID(s string) (repositoryID, digest.Digest, bool) {
	text, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return repositoryID{}, "", false
	}
	name, d, ok := strings.Cut(string(text), "@")
	parts := strings.SplitN(name, "/", 3)
	if !ok || len(parts) != 3 {
		return repositoryID{}, "", false
	}
	return repositoryID{registryID{parts[0], parts[1]}, parts[2]}, digest.Digest(d), true
}

// presign returns a URL on the host that the client called, good for GET and for an hour.
func (r *Registry) presign(c call, blob string) string {
	now := r.opts.Now().UTC()
	query := url.Values{
		"X-Amz-Algorithm":     {"AWS4-HMAC-SHA256"},
		"X-Amz-Credential":    {"ASIASTARPORT/" + now.Format("20060102") + "/" + c.Region + "/s3/aws4_request"},
		"X-Amz-Date":          {now.Format(amzTime)},
		"X-Amz-Expires":       {"3600"},
		"X-Amz-SignedHeaders": {"host"},
	}
	u := url.URL{Scheme: "http", Host: c.host, Path: BlobPrefix + blob}
	query.Set("X-Amz-Signature", r.sign(http.MethodGet, c.host, u.Path, query))
	u.RawQuery = query.Encode()
	return u.String()
}

// sign covers what SigV4 covers: the method, the path, the query without the
// signature, and the host.
func (r *Registry) sign(method, host, path string, query url.Values) string {
	signed := url.Values{}
	for name, values := range query {
		if name != "X-Amz-Signature" {
			signed[name] = values
		}
	}
	mac := hmac.New(sha256.New, r.key)
	for _, s := range []string{method, host, path, signed.Encode()} {
		mac.Write([]byte(s + "\n"))
	}
	return hex.EncodeToString(mac.Sum(nil))
}

// authorize checks a presigned request as S3 does.
func (r *Registry) authorize(req *http.Request) *s3Error {
	query := req.URL.Query()
	if req.Header.Get("Authorization") != "" {
		return &s3Error{
			Status: http.StatusBadRequest, Code: "InvalidArgument",
			Message: "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query " +
				"string parameter or the Authorization header should be specified",
		}
	}
	if query.Get("X-Amz-Signature") == "" {
		return &s3Error{Status: http.StatusForbidden, Code: "AccessDenied", Message: "Access Denied"}
	}
	if !hmac.Equal([]byte(query.Get("X-Amz-Signature")), []byte(r.sign(req.Method, req.Host, req.URL.Path, query))) {
		return &s3Error{
			Status: http.StatusForbidden, Code: "SignatureDoesNotMatch",
			Message: "The request signature we calculated does not match the signature you provided. Check your key " +
				"and signing method.",
		}
	}
	// The signature holds, so the date is one that presign wrote.
	date, err := time.Parse(amzTime, query.Get("X-Amz-Date"))
	if err != nil || r.opts.Now().After(date.Add(urlLifetime)) {
		return &s3Error{Status: http.StatusForbidden, Code: "AccessDenied", Message: "Request has expired"}
	}
	return nil
}
