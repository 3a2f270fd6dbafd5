package sigstoretest

import (
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"time"

	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	protocommon "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	protorekor "github.com/sigstore/protobuf-specs/gen/pb-go/rekor/v1"
)

// A Signing says who signs, and how. The zero Flaws make a good signature.
type Signing struct {
	As  Identity
	Key crypto.Signer // signs without a certificate; nil = As has one
	Flaws
}

// Flaws are what can be wrong with a signature.
type Flaws struct {
	Unlogged   bool          // it is in no log
	OtherLog   bool          // it is in a log that is not trusted
	Undated    bool          // no authority has dated it
	After      time.Duration // the log got it so much later
	OtherEntry bool          // the log has another signature of the same content
	Altered    bool          // what was signed, and logged, is not what is there
}

// A signed message, with what belongs to its signature.
type signed struct {
	signature   []byte
	certificate *x509.Certificate // nil = a key has signed
	public      []byte            // the certificate or the key, in PEM
	entry       *protorekor.TransparencyLogEntry
	timestamp   []byte
}

// logIndex is where in the log all entries are.
const logIndex = 4711

// A record makes the body of the log's entry of a text and its signature.
type record func(o *signed, text []byte) any

// sign signs a text, in the form that encode gives it.
func (s *Sigstore) sign(by Signing, text []byte, encode func([]byte) []byte, entry record) (*signed, error) {
	out := &signed{}
	key := by.Key
	var err error
	if key != nil {
		out.public, err = PublicPEM(key.Public())
	} else {
		out.certificate, key, err = s.certify(by.As)
		if err == nil {
			out.public = certificatePEM(out.certificate)
		}
	}
	if err != nil {
		return nil, err
	}
	if by.Altered {
		text = altered(text)
	}
	if out.signature, err = sign(key, encode(text)); err != nil {
		return nil, err
	}
	if !by.Undated {
		if out.timestamp, err = s.dates.date(out.signature); err != nil {
			return nil, err
		}
	}
	if by.Unlogged {
		return out, nil
	}
	logged := *out
	if by.OtherEntry {
		text = altered(text)
		if logged.signature, err = sign(key, encode(text)); err != nil {
			return nil, err
		}
	}
	out.entry, err = s.enter(by, entry(&logged, text))
	return out, err
}

func altered(text []byte) []byte { return append([]byte(" "), text...) }

// enter has a log keep an entry.
func (s *Sigstore) enter(by Signing, entry any) (*protorekor.TransparencyLogEntry, error) {
	body, err := json.Marshal(entry)
	if err != nil {
		return nil, err
	}
	var kind protorekor.KindVersion
	text := struct {
		Kind    *string `json:"kind"`
		Version *string `json:"apiVersion"`
	}{&kind.Kind, &kind.Version}
	if err := json.Unmarshal(body, &text); err != nil {
		return nil, err
	}
	log := s.log
	if by.OtherLog {
		log = s.other
	}
	when := time.Now().Add(by.After).Unix()
	promise, err := log.promise(body, when, s.log.id)
	if err != nil {
		return nil, err
	}
	proof, err := log.proof(body)
	return &protorekor.TransparencyLogEntry{
		LogIndex: logIndex, LogId: &protocommon.LogId{KeyId: s.log.id[:]}, KindVersion: &kind, IntegratedTime: when,
		InclusionPromise: &protorekor.InclusionPromise{SignedEntryTimestamp: promise}, InclusionProof: proof,
		CanonicalizedBody: body,
	}, err
}

// material returns what a bundle has beside its content.
func (o *signed) material() *protobundle.VerificationMaterial {
	m := &protobundle.VerificationMaterial{}
	if o.certificate != nil {
		m.Content = &protobundle.VerificationMaterial_Certificate{
			Certificate: &protocommon.X509Certificate{RawBytes: o.certificate.Raw},
		}
	} else {
		sum := sha256.Sum256(o.public)
		m.Content = &protobundle.VerificationMaterial_PublicKey{
			PublicKey: &protocommon.PublicKeyIdentifier{Hint: base64.StdEncoding.EncodeToString(sum[:])},
		}
	}
	if o.entry != nil {
		m.TlogEntries = []*protorekor.TransparencyLogEntry{o.entry}
	}
	if o.timestamp != nil {
		m.TimestampVerificationData = &protobundle.TimestampVerificationData{
			Rfc3161Timestamps: []*protocommon.RFC3161SignedTimestamp{{SignedTimestamp: o.timestamp}},
		}
	}
	return m
}
