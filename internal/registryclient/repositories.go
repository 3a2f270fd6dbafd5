package registryclient

import (
	"context"

	"ecrmirror/internal/listed"
	"ecrmirror/internal/registryclient/auth"
	"ecrmirror/internal/registryclient/listing"
)

func (r *Registry) lister() listing.Lister {
	return listing.Lister{Session: r.session, Pace: r.pace, Room: r.shared.lists}
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
	s, err := r.opts.session(host, auth.Anonymous) // it asks for no login: what it is to get is sent at once
	if err != nil {
		return listed.Repositories{}, err
	}
	defer s.Forget()
	pace := r.shared.paces.Recall(host)
	defer r.shared.paces.Keep(pace)
	own := listing.Lister{Session: s, Pace: pace, Room: r.shared.lists}
	return own.Namespace(ctx, r.opts.Host, login, path)
}
