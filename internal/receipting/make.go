package receipting

import (
	"context"
	"errors"
	"fmt"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/mirror"
	"ecrmirror/internal/mirror/port"
	"ecrmirror/internal/platforms"
	"ecrmirror/internal/receipt"
	"ecrmirror/internal/wanted"
)

// makeOne puts a receipt for a result, unless there is one that the key has signed.
func (m *Maker) makeOne(ctx context.Context, report *mirror.Report, r *mirror.Result) (mirror.Receipt, error) {
	public, err := m.opts.Key.Public(ctx)
	if err != nil {
		return mirror.Receipt{}, err
	}
	key, err := receipt.ParseDER(public.DER)
	if err != nil {
		return mirror.Receipt{}, fmt.Errorf("KMS key %s: %w", public.ARN, err)
	}
	list, err := m.listAt(ctx, r)
	if err != nil {
		return mirror.Receipt{}, fmt.Errorf("listing artifacts: %w", err)
	}
	at := r.Name
	at.Tag, at.Digest = "", r.Digest
	source, err := m.opts.Images.Source(ctx, at)
	if err != nil {
		return mirror.Receipt{}, fmt.Errorf("opening: %w", err)
	}
	defer func() { _ = source.Close() }() // nothing of it is left to be read
	there, err := find(ctx, place{list, source}, r.Digest, key)
	if err != nil {
		return mirror.Receipt{}, err
	}
	wants := m.receiptFor(report, r)
	for _, f := range there.Receipts {
		if f.Receipt.SameAs(wants) {
			return mirror.Receipt{Digest: f.Manifest}, nil
		}
	}
	image, err := describe(ctx, source, r.Digest)
	if err != nil {
		return mirror.Receipt{}, fmt.Errorf("reading manifest: %w", err)
	}
	made, err := m.sign(ctx, wants, image, key)
	if err == nil {
		err = m.write(ctx, r, made)
	}
	return mirror.Receipt{Digest: made.manifest.Digest, Made: true}, err
}

// receiptFor returns what a receipt for a result says.
func (m *Maker) receiptFor(report *mirror.Report, r *mirror.Result) receipt.Receipt {
	says := receipt.Receipt{
		Repository: r.Name.Place(), Digest: r.Digest, Time: m.opts.Now(), Tool: m.opts.Tool,
		Verified: proofsOf(report, r),
		Source: receipt.Source{
			Repository: report.Source.Place(), Tag: report.Source.Tag, Digest: report.SourceDigest,
		},
	}
	if report.Platforms != nil && report.SourceDigest != r.Digest {
		says.Trimmed = &receipt.Trimmed{Rule: platforms.Rule, Platforms: report.Platforms.Wanted}
	}
	return says
}

// describe returns the descriptor of the image that a receipt is for, as the destination has it.
func describe(ctx context.Context, source port.Source, image digest.Digest) (receipt.Descriptor, error) {
	raw, given, err := source.Manifest(ctx, image.String())
	if err != nil {
		return receipt.Descriptor{}, err
	}
	root, err := wanted.Root(raw, given, image)
	return receipt.Descriptor{MediaType: root.MediaType, Digest: image, Size: int64(len(raw))}, err
}

// A signed receipt is its manifest, and the bundle that is its layer.
type signed struct {
	manifest port.Manifest
	bundle   []byte
}

func (m *Maker) sign(
	ctx context.Context, says receipt.Receipt, image receipt.Descriptor, key receipt.Key,
) (signed, error) {
	statement, err := says.Statement()
	if err != nil {
		return signed{}, err
	}
	sig, err := m.opts.Key.Sign(ctx, receipt.ToSign(statement))
	if err != nil {
		return signed{}, err
	}
	s := signed{}
	if s.bundle, err = receipt.Bundle(statement, sig, key); err != nil {
		return signed{}, fmt.Errorf("checking the signature: %w", err)
	}
	content, err := receipt.Manifest(image, s.bundle, says.Time)
	s.manifest = port.Manifest{Digest: digest.FromBytes(content), MediaType: receipt.ManifestType, Content: content}
	return s, err
}

// write writes a receipt to the destination.
func (m *Maker) write(ctx context.Context, r *mirror.Result, s signed) error {
	to, err := m.opts.Images.Destination(ctx, r.Name)
	if err != nil {
		return fmt.Errorf("opening: %w", err)
	}
	return errors.Join(put(ctx, to, s.manifest, receipt.Config(), s.bundle), to.Close())
}
