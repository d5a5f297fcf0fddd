/* SPDX-License-Identifier: ISC */
/*
 * Longer names for what libmptmachine takes from other rooms, because a program that links the
 * static library may have functions of its own with the short names. The compiler includes this
 * file first.
 */
#ifndef MACHINE_NAMES_H
#define MACHINE_NAMES_H

#define complete_topology     mptmachine_complete_topology
#define err_at                mptmachine_err_at
#define err_system            mptmachine_err_system
#define fill_apic_id          mptmachine_fill_apic_id
#define fill_header           mptmachine_fill_header
#define fill_processors       mptmachine_fill_processors
#define fill_topology         mptmachine_fill_topology
#define image_build           mptmachine_image_build
#define image_memory          mptmachine_image_memory
#define patch_apply           mptmachine_patch_apply
#define patch_find            mptmachine_patch_find
#define patch_pool            mptmachine_patch_pool
#define patch_signable        mptmachine_patch_signable
#define place_bios            mptmachine_place_bios
#define place_check           mptmachine_place_check
#define place_choose          mptmachine_place_choose
#define profile_count         mptmachine_profile_count
#define profiles              mptmachine_profiles
#define profiles_find         mptmachine_profiles_find
#define profiles_multiple     mptmachine_profiles_multiple
#define topology_append_run   mptmachine_topology_append_run
#define topology_has_table    mptmachine_topology_has_table
#define topology_init         mptmachine_topology_init
#define topology_window_names mptmachine_topology_window_names

#endif
