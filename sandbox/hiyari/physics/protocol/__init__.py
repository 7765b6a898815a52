"""What a physics engine must offer, in three parts: loading, acting, sensing."""
