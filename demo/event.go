package main

import "context"

// pushEvent pushes an image to ECR, and expects it to reach another registry by the
// event of the push alone.
func (d *demo) pushEvent(ctx context.Context) error {
	d.story.Heading("Push an image to Amazon ECR: the event of the push mirrors it to another registry")
	e := entry{source: d.home(appImage), destinations: []string{d.partner(appImage)}, written: asString}
	if err := d.put(ctx, e); err != nil {
		return err
	}
	d.story.Command("docker", "push", e.source)
	if _, err := d.push(ctx, e.source, d.images.app); err != nil {
		return err
	}
	jobs, err := d.finish(ctx)
	if err != nil {
		return err
	}
	events, mirrors := of(controllerQueue, jobs), of(mirrorQueue, jobs)
	d.expect(len(events) == 1 && len(mirrors) == 1, "the push started %s, which submitted %s",
		count(len(events), "controller job"), count(len(mirrors), "mirror job"))
	return d.compare(ctx, e.source, e.destinations...)
}
