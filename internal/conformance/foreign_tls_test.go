package conformance

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// tlsFields are the places in a certificate, and what is said instead of a handshake.
func tlsFields() map[string]func(c *x509.Certificate, text string) {
	return map[string]func(c *x509.Certificate, text string){
		"common name":  func(c *x509.Certificate, text string) { c.Subject.CommonName = text },
		"organization": func(c *x509.Certificate, text string) { c.Subject.Organization = []string{text} },
		"DNS name":     func(c *x509.Certificate, text string) { c.DNSNames = []string{ascii(text)} },
		"DNS names": func(c *x509.Certificate, text string) {
			c.DNSNames = strings.Split(strings.Repeat(ascii(text)[:50]+" ", 90), " ")
		},
		"email": func(c *x509.Certificate, text string) { c.EmailAddresses = []string{ascii(text)} },
	}
}

// ascii is what names in certificates have.
func ascii(text string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x80 {
			return r
		}
		return -1
	}, "FOREIGN\x1b]0;"+text)
}

// An authority signs certificates.
type authority struct {
	key  *ecdsa.PrivateKey
	root *x509.Certificate
	pem  string // file
}

func (r runner) authority() authority {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		r.t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, IsCA: true,
		BasicConstraintsValid: true,
		NotBefore:             time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		r.t.Fatal(err)
	}
	file := filepath.Join(r.t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		r.t.Fatal(err)
	}
	return authority{key, c, file}
}

// certificate returns one with a text in a field.
func (a authority) certificate(
	change func(*x509.Certificate, string), text string, good bool,
) (*tls.Certificate, error) {
	c := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "other"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour),
	}
	change(c, text)
	root, key := a.root, a.key
	if !good { // it signs itself
		root = c
	}
	der, err := x509.CreateCertificate(rand.Reader, c, root, &a.key.PublicKey, key)
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
}

// A tunnel is an HTTP proxy that leads every name to one server.
type tunnel struct {
	refusal     string // the status line's text for those who ask; "" = they are connected
	plain       string // what is said instead of a handshake
	certificate *tls.Certificate
}

// ServeHTTP implements [http.Handler].
func (p *tunnel) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	if p.refusal != "" {
		_, _ = io.WriteString(conn, "HTTP/1.1 403 "+headerText(p.refusal)+"\r\nContent-Length: 0\r\n\r\n")
		return
	}
	_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n")
	if p.plain != "" {
		_, _ = io.WriteString(conn, "HTTP/1.1 400 "+p.plain+"\r\n\r\n"+p.plain)
		return
	}
	if tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{*p.certificate}}).Handshake() != nil {
		_, _ = bufio.NewReader(conn).ReadByte() // until the client has seen why
	}
}

// tls copies from a host whose certificate has a text in a field, and by proxies that say one.
func (r runner) tls() {
	a := r.authority()
	i := 0
	behind := func(field string, p *tunnel) {
		server := httptest.NewServer(p)
		defer server.Close()
		r.w.feed("TLS, " + field)
		r.with("HTTPS_PROXY="+server.URL, "SSL_CERT_FILE="+a.pem).
			mirror("from a host by TLS", i, []string{"TLS, " + field}, "reg.test/app:1", "dir:"+r.t.TempDir())
		i++
	}
	for _, text := range foreignTexts() {
		for field, change := range inOrder(tlsFields()) {
			for _, good := range []bool{true, false} {
				c, err := a.certificate(change, strings.ToValidUTF8(text.text, ""), good)
				if err != nil {
					r.t.Errorf("%s: %v", field, err)
					continue
				}
				behind(fmt.Sprintf("%s, signed by who may: %t", field, good), &tunnel{certificate: c})
			}
		}
		behind("proxy's refusal", &tunnel{refusal: text.text})
		behind("no handshake", &tunnel{plain: text.text})
	}
}
