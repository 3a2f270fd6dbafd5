package conformance

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
)

// A pair is two programs that copy one image to the same destinations, at the same time or nearly. All of it is drawn
// by chance, from one seed.
type pair struct {
	*twiceWorld
	family   *family
	origin   origin
	moves    bool // the origin moves when the second begins
	updates  bool // the tags are an older image before
	at       []*destination
	programs [2]*program
}

// A destination of a pair is a tag.
type destination struct {
	kind      string
	name      func(host string) string // by the registry that a program has for itself
	immutable bool
	*watcher
}

// draw draws the n-th pair of a seed.
func (w *twiceWorld) draw(ctx context.Context, seed, n uint64) (*pair, error) {
	random := rand.New(rand.NewPCG(seed, n))
	p := &pair{twiceWorld: w, family: w.chooseFamily(random), moves: random.IntN(3) == 0, updates: random.IntN(2) == 0}
	p.origin = []func(*family, uint64) origin{w.fromRegistry, w.fromECR, w.fromLayout}[random.IntN(3)](p.family, n)
	if err := p.origin.set(ctx, first); err != nil {
		return nil, err
	}
	if err := p.drawDestinations(ctx, random, fmt.Sprint("round/", n)); err != nil {
		return nil, err
	}
	length := p.family.length * int64(len(p.at))
	killed := random.IntN(8) // 0: both, 1 and 2: one of them
	for i := range p.programs {
		g := newGauge(1 << 62)
		one := &program{
			twiceWorld: w, gauge: g, seed: random.Uint64(),
			source: weather(random, atSource()), to: weather(random, inECRAndElsewhere()),
			silent: random.IntN(4) == 0,
		}
		if killed == 0 || killed == i+1 {
			g.at = 1 + random.Int64N(length)
			one.signal = []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM}[random.IntN(2)]
		}
		p.programs[i] = one
	}
	if random.IntN(3) > 0 && !p.onDisk() {
		p.programs[0].gauge.mark = 1 + random.Int64N(length)
	}
	return p, nil
}

// onDisk reports whether the pair has nothing to do with registries, so that no gauge measures how far it has come.
func (p *pair) onDisk() bool {
	remote := func(d *destination) bool { return d.layout == "" }
	return p.origin.kind == "OCI layout" && !slices.ContainsFunc(p.at, remote)
}

func (w *twiceWorld) chooseFamily(random *rand.Rand) *family {
	at := random.IntN(100)
	for _, f := range w.families {
		if at -= f.share; at < 0 {
			return f
		}
	}
	panic("the shares of families are not 100")
}

// drawDestinations makes one to three destinations.
func (p *pair) drawDestinations(ctx context.Context, random *rand.Rand, repository string) error {
	kinds := []string{
		"ECR", "a second tag in ECR", "another region's ECR", "immutable ECR", "ECR to be created",
		"registry", "a second tag in the registry", "OCI layout", "a second tag in the OCI layout",
	}
	random.Shuffle(len(kinds), func(i, j int) { kinds[i], kinds[j] = kinds[j], kinds[i] })
	for _, kind := range kinds[:1+random.IntN(3)] {
		d, err := p.destination(ctx, kind, repository)
		if err != nil {
			return fmt.Errorf("%s: %w", kind, err)
		}
		p.at = append(p.at, d)
	}
	return nil
}

func (p *pair) destination(ctx context.Context, kind, repository string) (*destination, error) {
	d := &destination{kind: kind, watcher: newWatcher("", nil, p.family.versions[first])}
	if p.moves {
		d.after = append(d.after, p.family.versions[moved])
	}
	if strings.HasPrefix(kind, "a second tag") {
		d.tag = "v2"
	}
	var whole string
	var err error
	switch {
	case strings.HasSuffix(kind, "layout"):
		d.layout = p.layout + "-" + strings.ReplaceAll(repository, "/", "-")
		whole = "oci:" + d.layout + ":" + d.tag
		d.name = func(string) string { return whole }
	case strings.HasSuffix(kind, "registry"):
		d.name = func(host string) string { return host + "/" + repository + ":" + d.tag }
		whole = d.name(p.local.host())
		d.repository = p.local.url + "/v2/" + repository
	default:
		whole, err = p.makeInECR(ctx, d, repository)
	}
	if err != nil || !p.updates || d.immutable || d.created() {
		return d, err
	}
	d.before = &p.family.versions[old]
	return d, p.engine().copy(ctx, p.registry.Host()+"/from/"+p.family.name+":v0", whole)
}

// created reports whether the programs create the repository.
func (d *destination) created() bool { return d.kind == "ECR to be created" }

// makeInECR makes a repository for a destination, unless it is there, and returns the destination's name.
func (p *pair) makeInECR(ctx context.Context, d *destination, repository string) (string, error) {
	host, mutability := homeECR, types.ImageTagMutabilityMutable
	switch d.kind {
	case "another region's ECR":
		host = otherECR
	case "immutable ECR":
		repository += "/immutable"
		d.immutable, mutability = true, types.ImageTagMutabilityImmutable
	case "ECR to be created":
		repository += "/created"
	}
	whole := host + "/" + repository + ":" + d.tag
	name := mustParse(whole)
	d.name = func(string) string { return whole }
	d.repository = fmt.Sprintf("%s/v2/%s/%s/%s", p.local.url, name.ECR.Account, name.ECR.Region, repository)
	d.login = p.logins[host]
	if d.created() {
		return whole, nil
	}
	err := p.create(ctx, name, mutability)
	var exists *types.RepositoryAlreadyExistsException
	if errors.As(err, &exists) {
		err = nil
	}
	return whole, err
}

// names are the destinations' names.
func (p *pair) names(host string) []string {
	names := make([]string, len(p.at))
	for i, d := range p.at {
		names[i] = d.name(host)
	}
	return names
}

// look looks at all destinations.
func (p *pair) look(ctx context.Context) {
	for _, d := range p.at {
		d.look(ctx)
	}
}

// run runs both programs, while the destinations are watched. The second begins with the first, or when that has come
// to its mark or its end. An error is one of the test's own, or that a program does not end.
func (p *pair) run(ctx context.Context) error {
	watched, stop := context.WithCancel(ctx)
	var watching sync.WaitGroup
	for _, d := range p.at {
		watching.Go(func() { d.run(watched, 50*time.Millisecond) })
	}
	defer watching.Wait()
	defer stop()
	errs, ended := make(chan error, 2), make(chan struct{})
	start := func(i int) {
		errs <- p.programs[i].run(ctx, p.origin.name, p.names, func() { p.look(ctx) })
	}
	go func() {
		start(0)
		close(ended)
	}()
	if g := p.programs[0].gauge; g.mark > 0 {
		select {
		case <-g.marked:
		case <-ended:
		}
	}
	if p.moves {
		if err := p.origin.set(ctx, moved); err != nil {
			<-ended
			return err
		}
	}
	start(1)
	<-ended
	for i := range p.programs {
		if err := <-errs; err != nil {
			return fmt.Errorf("program %d: %w", i+1, err)
		}
	}
	return nil
}

// forget removes what the pair has on disk.
func (p *pair) forget() {
	for _, d := range p.at {
		if d.layout != "" {
			_ = os.RemoveAll(d.layout)
		}
	}
}

// String tells what was drawn, and what came of it.
func (p *pair) String() string {
	if p == nil {
		return "nothing was drawn"
	}
	var kinds []string
	for _, d := range p.at {
		kinds = append(kinds, d.kind)
	}
	s := fmt.Sprintf("%s from %s to %s", p.family.name, p.origin.kind, strings.Join(kinds, ", "))
	if p.updates {
		s += "; with an image before"
	}
	if p.moves {
		s += "; the source moves"
	}
	for i, one := range p.programs {
		s += fmt.Sprintf("\n  program %d: exit code %d, killed by %d: %v\n    %s%s", i+1, one.code,
			one.signal, one.died,
			strings.TrimSpace(one.stderr.String()),
			"\n    source: "+fmt.Sprint(one.source)+"\n    to: "+fmt.Sprint(one.to, " silent: ", one.silent))
	}
	return s
}
