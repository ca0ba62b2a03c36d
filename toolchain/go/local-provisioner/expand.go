package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
)

const (
	provisionedBy = "pv.kubernetes.io/provisioned-by"
	lookAgain     = time.Minute
)

// expander grants a claim of ours the larger size it asks for. A folder has no size of its own, so only the
// numbers have to follow.
type expander struct {
	client kubernetes.Interface
	name   string
}

// run works until the context ends.
func (e *expander) run(ctx context.Context) error {
	factory := informers.NewSharedInformerFactory(e.client, lookAgain)
	see := func(found any) {
		claim, isClaim := found.(*v1.PersistentVolumeClaim)
		if !isClaim || !wantsMore(claim) {
			return
		}
		if err := e.grow(ctx, claim); err != nil {
			log.Printf("claim %s/%s cannot grow now: %v", claim.Namespace, claim.Name, err)
		}
	}
	_, err := factory.Core().V1().PersistentVolumeClaims().Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    see,
		UpdateFunc: func(_, now any) { see(now) },
	})
	if err != nil {
		return err
	}
	factory.Start(ctx.Done())
	<-ctx.Done()
	return nil
}

func wantsMore(claim *v1.PersistentVolumeClaim) bool {
	wanted := claim.Spec.Resources.Requests[v1.ResourceStorage]
	granted := claim.Status.Capacity[v1.ResourceStorage]
	return claim.Status.Phase == v1.ClaimBound && wanted.Cmp(granted) > 0
}

// grow first raises the volume, then the claim: what a claim says it has is there.
func (e *expander) grow(ctx context.Context, claim *v1.PersistentVolumeClaim) error {
	volumes := e.client.CoreV1().PersistentVolumes()
	volume, err := volumes.Get(ctx, claim.Spec.VolumeName, metav1.GetOptions{})
	if err != nil {
		return err
	}
	if volume.Annotations[provisionedBy] != e.name {
		return nil
	}
	wanted := claim.Spec.Resources.Requests[v1.ResourceStorage]
	capacity := map[string]any{"capacity": v1.ResourceList{v1.ResourceStorage: wanted}}
	patch, err := json.Marshal(map[string]any{"spec": capacity})
	if err != nil {
		return err
	}
	if _, err := volumes.Patch(ctx, volume.Name, types.MergePatchType, patch, metav1.PatchOptions{}); err != nil {
		return fmt.Errorf("volume %s: %w", volume.Name, err)
	}
	if patch, err = json.Marshal(map[string]any{"status": capacity}); err != nil {
		return err
	}
	claims := e.client.CoreV1().PersistentVolumeClaims(claim.Namespace)
	_, err = claims.Patch(ctx, claim.Name, types.MergePatchType, patch, metav1.PatchOptions{}, "status")
	return err
}
