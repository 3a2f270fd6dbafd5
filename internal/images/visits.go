package images

import (
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/images/visit"
	"ecrmirror/internal/registryclient"
)

// A looking returns how images of one registry are looked up: by the registry, or, where that is nil, by their names,
// as in Amazon ECR and on disk. The error says that the registry can't be opened.
type looking func(host *registryclient.Registry, err error) func(visit.Task) *visit.Task

// visits returns a visit to each registry of those images that are wanted, of which so many are looked up at a time,
// with a task for each image.
func (r *Client) visits(
	names []imagename.Name, wanted func(imagename.Name) bool, most int, look looking,
) (visits []*visit.Visit) {
	at := map[string]*visit.Visit{}
	for i, name := range names {
		if !wanted(name) {
			continue
		}
		v := at[name.Host]
		if v == nil {
			v = &visit.Visit{
				Most: most, Enter: func() (func(visit.Task) *visit.Task, func()) { return r.enter(name, look) },
			}
			at[name.Host], visits = v, append(visits, v)
		}
		v.Tasks = append(v.Tasks, visit.Task{Images: []int{i}})
	}
	return visits
}

// enter opens the registry of an image, and returns how images there are looked up.
func (r *Client) enter(name imagename.Name, look looking) (do func(visit.Task) *visit.Task, leave func()) {
	if name.Kind != imagename.Registry && name.Kind != imagename.ECRPublic {
		return look(nil, nil), func() {}
	}
	host, leave, err := r.hosts.Use(name.Host, r.newHost(name))
	if err != nil {
		return look(nil, err), func() {}
	}
	return look(host, nil), leave
}
