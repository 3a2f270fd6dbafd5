package registryclient

import (
	"context"

	"ecrmirror/internal/listed"
	"ecrmirror/internal/registryclient/auth"
	"ecrmirror/internal/registryclient/listing"
)

func (r *Registry) lister() listing.Lister {
	return listing.Lister{Session: r.session, Pace: r.pace, Room: r.shared.lists, APIs: r.shared.apis}
}

// Repositories returns all repositories below a path, which has no slash at its end, that the login for the path may
// see; below "" are all of the registry. Docker Hub, ghcr.io and quay.io are asked by their own APIs. Those of the
// first two are at other hosts, hub.docker.com and api.github.com: the logins to docker.io and to ghcr.io go there,
// too, for this alone. Google's registries tell what lies below a name. Others are asked for their catalogue. A
// registry that does not tell, or not to this login, is a [*listed.NoCatalogError].
//
// For what cuts the list off, and for rate limits, see [Repository.Tags].
func (r *Registry) Repositories(ctx context.Context, path string) (listed.Repositories, error) {
	host, ok := listing.OwnAPI(r.opts.Host)
	if !ok {
		return r.lister().Repositories(ctx, path)
	}
	login, err := r.opts.Login(ctx, path)
	if err != nil {
		return listed.Repositories{}, err
	}
	own, done, err := r.at(host)
	if err != nil {
		return listed.Repositories{}, err
	}
	defer done()
	return own.Namespace(ctx, r.opts.Host, login, path)
}

// at returns what asks a host for lists, until done is called. Nobody is logged in there: what the host is to get is
// sent at once.
func (r *Registry) at(host string) (_ listing.Lister, done func(), _ error) {
	if host == r.opts.Host {
		return r.lister(), func() {}, nil
	}
	s, err := r.opts.session(host, auth.Anonymous)
	if err != nil {
		return listing.Lister{}, nil, err
	}
	pace := r.shared.paces.Recall(host)
	done = func() {
		s.Forget()
		r.shared.paces.Keep(pace)
	}
	return listing.Lister{Session: s, Pace: pace, Room: r.shared.lists, APIs: r.shared.apis}, done, nil
}
